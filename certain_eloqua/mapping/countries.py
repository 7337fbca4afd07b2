"""Countries by ISO 3166-1 code, with their English short names as Eloqua's picklist spells them.

Codes, names and most spellings are those of the library pycountry; here are only Eloqua's own spellings and
some that people type.
"""

from __future__ import annotations

from collections.abc import Iterator

import pycountry

ELOQUA_SPELLINGS: dict[str, str] = {
    "BO": "Bolivia",
    "CD": "Congo, Democratic Republic of the",
    "CZ": "Czech Republic",
    "FM": "Micronesia",
    "IR": "Iran",
    "KP": "North Korea",
    "KR": "South Korea",
    "LA": "Laos",
    "MD": "Moldova",
    "PS": "Palestine",
    "RU": "Russia",
    "SY": "Syria",
    "TR": "Turkey",
    "TW": "Taiwan",
    "TZ": "Tanzania",
    "VA": "Vatican City",
    "VE": "Venezuela",
    "VG": "Virgin Islands (British)",
    "VI": "Virgin Islands (U.S.)",
    "VN": "Vietnam",
}
"""Names that are written otherwise than ISO has them."""

NAMES: dict[str, str] = {
    country.alpha_2: ELOQUA_SPELLINGS.get(country.alpha_2, country.name)
    for country in sorted(pycountry.countries, key=lambda country: country.alpha_2)
}

_TYPED: dict[str, str] = {
    "America": "US",
    "UK": "GB",
    "Great Britain": "GB",
    "England": "GB",
    "Scotland": "GB",
    "Wales": "GB",
    "Northern Ireland": "GB",
    "Deutschland": "DE",
    "Österreich": "AT",
    "Schweiz": "CH",
    "Suisse": "CH",
    "España": "ES",
    "Italia": "IT",
    "Brasil": "BR",
    "México": "MX",
    "Holland": "NL",
    "The Netherlands": "NL",
    "Nederland": "NL",
    "Turkiye": "TR",
    "Korea": "KR",
    "Republic of Korea": "KR",
    "Korea South": "KR",
    "Korea North": "KP",
    "Hong Kong SAR": "HK",
    "Macau": "MO",
    "UAE": "AE",
    "Ivory Coast": "CI",
    "Cote d'Ivoire": "CI",
    "Cape Verde": "CV",
    "Swaziland": "SZ",
    "Burma": "MM",
    "Macedonia": "MK",
    "Brunei": "BN",
    "Republic of Ireland": "IE",
    "Democratic Republic of the Congo": "CD",
    "Holy See": "VA",
    "East Timor": "TL",
    "Curacao": "CW",
    "Reunion": "RE",
    "PRC": "CN",
}


def _spellings() -> Iterator[tuple[str, str]]:
    """Every name and the three-letter code of each country, with its code."""
    for country in pycountry.countries:
        for member in ("name", "official_name", "common_name", "alpha_3"):
            if spelling := getattr(country, member, None):
                yield str(spelling), str(country.alpha_2)


ALIASES: dict[str, str] = dict(sorted([*_spellings(), *_TYPED.items()]))
"""Other spellings met in contact data; understood, never written."""
