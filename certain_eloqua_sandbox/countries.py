"""ISO 3166 codes of the countries of the planted people: Certain keeps the code, Eloqua the name."""

CODES = {
    "United States": "US", "Canada": "CA", "United Kingdom": "GB", "Australia": "AU", "Ireland": "IE",
    "Germany": "DE", "Switzerland": "CH", "Austria": "AT", "France": "FR", "Brazil": "BR", "Spain": "ES",
    "Colombia": "CO", "Poland": "PL", "Czechia": "CZ", "Hungary": "HU", "Sweden": "SE", "Iceland": "IS",
    "Turkey": "TR", "Japan": "JP", "China": "CN", "South Korea": "KR", "Taiwan": "TW", "Singapore": "SG",
    "India": "IN", "Vietnam": "VN", "United Arab Emirates": "AE", "Nigeria": "NG", "South Africa": "ZA",
}  # fmt: skip
_FOLDED = {name.casefold(): code for name, code in CODES.items()}


def code_of(text: str) -> str:
    """Return the code of a country given by name or code; what is unknown comes back in capitals."""
    return _FOLDED.get(text.strip().casefold(), text.strip().upper())
