"""Invented people: the same number always gives the same ones, and a million takes a few seconds.

No name, company or telephone number is a real one: e-mail addresses end in the domains reserved for
examples (RFC 2606) and every telephone number has the exchange 555. Nothing here knows a platform; the dirt
of real data (upper case, blanks, stray spaces) is added by the seeds that use these people.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import NamedTuple


class Person(NamedTuple):
    """One invented person. ``email`` is unique within one sequence of :func:`people`."""

    number: int
    first_name: str
    last_name: str
    email: str
    company: str
    title: str
    phone: str
    mobile: str
    address: str
    city: str
    state: str
    zip: str
    country: str


def _pairs(text: str) -> list[tuple[str, str]]:
    """Return names with their spelling in an e-mail address: ``Zoë=zoe Ann`` gives both of each."""
    found = []
    for word in text.split():
        name, _, ascii_name = word.partition("=")
        found.append((name.replace("_", " "), ascii_name or name.lower().replace("'", "").replace("_", "")))
    return found


# Culture: first names, last names, places (city|state|zip|country, a # becomes a digit).
_CULTURES: list[tuple[str, str, str]] = [
    (
        "Ann Ben Carla David Emily Frank Grace Henry Irene Jack Karen Louis Mary Nathan Olivia Peter "
        "Rachel Sam "
        "Tina Victor Wendy Aaron Beth Colin Dana Ethan Fiona George Hazel Ian D'Arcy=darcy Mary_Jane",
        "Adams Baker Carter Dawson Ellis Foster Graham Harris Irving Jenkins Kelly Lawson Mitchell Norris "
        "O'Brien Parker Quinn Reed Stone Turner Underwood Vance Walsh Young O'Neill D'Angelo Smith-Jones "
        "Van_Buren Abbott Bishop",
        "Boston|MA|021##|United States;Austin|TX|787##|United States;San Francisco|CA|941##|United States;"
        "Chicago|IL|606##|United States;Kingston|ON|K7L 3N#|Canada;London||EC1A #BB|United Kingdom;"
        "St. John's|NL|A1C 5S#|Canada;Sydney|NSW|20##|Australia;Dublin||D0# X285|Ireland",
    ),
    (
        "Jürgen=juergen Käthe=kaethe Björn=bjoern Anke Dieter Elke Günther=guenther Heike Jörg=joerg Lena "
        "Matthias Petra Sören=soeren Ursula Wolfgang Anneliese",
        "Müller=mueller Schröder=schroeder Weiß=weiss Bäcker=baecker Schäfer=schaefer Köhler=koehler Vogel "
        "Zimmermann Groß=gross Lindner Brandt Jäger=jaeger von_Bülow=vonbuelow Straßer=strasser "
        "Hübner=huebner",
        "Köln||50###|Germany;München||80###|Germany;Berlin||10###|Germany;Zürich|ZH|80##|Switzerland;"
        "Wien||10##|Austria",
    ),
    (
        "Zoé=zoe José=jose Inés=ines François=francois Chloé=chloe Renée=renee Gaël=gael Anaïs=anais "
        "Élodie=elodie "
        "Jérôme=jerome Léa=lea Benoît=benoit María=maria Núria=nuria Andrés=andres Jean-Luc",
        "Lefèvre=lefevre García=garcia Núñez=nunez Peña=pena Dubois Beaulieu Côté=cote "
        "L'Hôpital=lhopital Muñoz=munoz "
        "Gonçalves=goncalves Bélanger=belanger d'Estaing=destaing Rodríguez=rodriguez "
        "Château=chateau Iñigo=inigo",
        "Montréal|QC|H2X 1Y#|Canada;Paris||750##|France;Málaga||290##|Spain;São Paulo|SP|01310-###|Brazil;"
        "Genève|GE|12##|Switzerland;Bogotá||1101##|Colombia",
    ),
    (
        "Łukasz=lukasz Małgorzata=malgorzata Żaneta=zaneta Ondřej=ondrej Šárka=sarka Jiří=jiri Zsófia=zsofia "
        "Ágnes=agnes Øystein=oystein Åsa=asa Søren=soeren2 Þóra=thora Ødegård=odegard İpek=ipek",
        "Wójcik=wojcik Kowalczyk Dvořák=dvorak Černý=cerny Nagy Szőke=szoke Ångström=angstrom "
        "Sørensen=sorensen "
        "Jónsdóttir=jonsdottir Yılmaz=yilmaz Świątek=swiatek Ćosić=cosic",
        "Kraków||30-###|Poland;Praha||110 0#|Czechia;Győr||90##|Hungary;Göteborg||411 0#|Sweden;"
        "Reykjavík||10#|Iceland;İzmir||350##|Turkey",
    ),
    (
        "伟=wei 芳=fang 秀英=xiuying 太郎=taro 花子=hanako さくら=sakura 지우=jiwoo 민준=minjun 서연=seoyeon "
        "健太=kenta 丽=lili 娜=nana",
        "王=wang 李=li 張=zhang 佐藤=sato 鈴木=suzuki 高橋=takahashi "
        "김=kim 박=park 최=choi 陳=chen 𠮷田=yoshida 林=lin",
        "東京都||100-000#|Japan;大阪市||530-000#|Japan;"
        "北京||1000##|China;서울||045##|South Korea;台北||1##|Taiwan",
    ),
    (
        "Amélie=amelie2 Nguyễn=nguyen Thị=thi Priya Arjun Fatima Omar Leila Kwame Amina Chidi Sipho "
        "Aditi Rahul",
        "Trần=tran Phạm=pham Lê=le Sharma Patel Haddad Mansour Mensah Okafor Dlamini Iyer Al-Farsi "
        "bin_Rashid",
        "Singapore||0189##|Singapore;Mumbai|MH|4000##|India;Hà Nội||1000##|Vietnam;Dubai|||United "
        "Arab Emirates;"
        "Lagos|LA|1012##|Nigeria;Cape Town|WC|80##|South Africa",
    ),
]


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split(" "))


# Who is Ms. and who Mr.; of the others it is not known.
_MS = _names(
    "Ann Carla Emily Grace Irene Karen Mary Olivia Rachel Tina Wendy Beth Dana Fiona Hazel "
    "Käthe Anke Elke Heike Lena Petra Ursula Anneliese Zoé Inés Chloé Renée Anaïs Élodie Léa María Núria "
    "Małgorzata Żaneta Šárka Zsófia Ágnes Åsa Þóra İpek 芳 秀英 花子 さくら 지우 서연 丽 娜 "
    "Amélie Thị Priya Fatima Leila Amina Aditi"
) | {"Mary Jane"}
_MR = _names(
    "Ben David Frank Henry Jack Louis Nathan Peter Victor Aaron Colin Ethan George Ian D'Arcy "
    "Jürgen Björn Dieter Günther Jörg Matthias Sören Wolfgang José François Gaël Jérôme Benoît Andrés "
    "Jean-Luc Łukasz Ondřej Jiří Øystein Søren 伟 太郎 민준 健太 Arjun Omar Kwame Chidi Sipho Rahul"
)

_COMPANIES = [
    ("Northwind Traders", "northwind.example"), ("Contoso, Ltd.", "contoso.example"),
    ("Fabrikam Inc.", "fabrikam.example"), ("Tailspin Toys", "tailspin.example"),
    ("Wingtip \"Brothers\" LLC", "wingtip.example"), ("Café Père & Fils", "pere-fils.example"),
    ("Blue Yonder Airlines", "blueyonder.example"), ("Müller & Söhne GmbH", "mueller-soehne.example"),
    ("Litware", "litware.example"), ("Proseware, Inc.", "proseware.example"),
    ("A. Datum Corporation", "adatum.example"), ("Trey Research", "trey.example"),
    ("Lucerne Publishing", "lucerne.example"), ("O'Malley's Hardware", "omalleys.example"),
    ("東西商事株式会社", "tozai.example"), ("Fourth Coffee", "fourthcoffee.example"),
    ("Humongous Insurance", "humongous.example"), ("Relecloud", "relecloud.example"),
    ("Adventure Works", "adventure-works.example"), ("100% Organic Farms", "organic-farms.example"),
    ("Graphic Design Institute", "gdi.example"), ("Coho Winery", "coho.example"),
    ("Wide World Importers", "wwi.example"), ("Smith; Jones / Partners", "sjp.example"),
    ("Consolidated Messenger", "messenger.example"), ("Margie's Travel", "margies.example"),
    ("VanArsdel, Ltd.", "vanarsdel.example"), ("Alpine Ski House", "alpine.example"),
    ("City Power & Light", "citypower.example"),
    ("", "example.com"), ("", "example.org"), ("", "example.net"),
]  # fmt: skip
_TITLES = [
    "Account Manager", "VP, Marketing", "Director of Events", "Chief Executive Officer", "Software Engineer",
    "Head of Sales & Partnerships", "Marketing Coordinator", "Chef de projet", "Geschäftsführer", "Analyst",
    "Procurement Lead", "IT Administrator", "Product Manager", "Senior \"Growth\" Manager", "Consultant",
    "Responsable Événements", "Professor", "Research Fellow", "Operations Manager", "",
]  # fmt: skip
_STREETS = [
    "Main St.", "Market Street", "Rue de l'Église", "Königsallee", "High Street, Suite 4", "Elm Avenue",
    "Plaza Mayor", "Harbour Road", "Station Road", "Sunset Blvd #12", "Via Roma", "Nørregade",
]  # fmt: skip


def salutation(person: Person) -> str | None:
    """Return how a person is addressed, the same on every platform; of many it is not known."""
    dice = (person.number * 40_503 & 0xFFFF) % 5
    if dice > 2:  # two in five left it open
        return None
    if dice == 2:
        return "Dr."
    return "Ms." if person.first_name in _MS else "Mr." if person.first_name in _MR else None


def companies() -> list[tuple[str, str]]:
    """Return the invented companies with their e-mail domains, without the private addresses."""
    return [(name, domain) for name, domain in _COMPANIES if name]


def _digits(pattern: str, number: int) -> str:
    for _ in range(pattern.count("#")):
        number, digit = divmod(number, 10)
        pattern = pattern.replace("#", str(digit), 1)
    return pattern


def _named() -> list[tuple[str, str, str, int]]:
    """Return every pair of a first and a last name with its unique e-mail local part and its culture."""
    found: dict[str, tuple[str, str, str, int]] = {}
    for culture, (firsts, lasts, _) in enumerate(_CULTURES):
        for first, ascii_first in _pairs(firsts):
            for last, ascii_last in _pairs(lasts):
                local = f"{ascii_first}.{ascii_last}"
                found.setdefault(local, (first, last, local, culture))
    return list(found.values())


def _places() -> list[list[tuple[str, str, str, str]]]:
    """Return, for each culture, ready places: city, state, zip and country."""
    return [
        [
            (city, state, _digits(zip_code, 37 * turn + 11), country)
            for turn in range(10)
            for city, state, zip_code, country in (place.split("|") for place in places.split(";"))
        ]
        for _, _, places in _CULTURES
    ]


def people(seed: int, count: int) -> Iterator[Person]:
    """Yield invented people, numbered from 0; the first n of a longer sequence are the same."""
    shuffle = random.Random(seed)
    named, companies_, titles, streets = _named(), _COMPANIES[:], _TITLES[:], _STREETS[:]
    shuffle.shuffle(named)
    shuffle.shuffle(companies_)
    shuffle.shuffle(titles)
    shuffle.shuffle(streets)
    places = _places()
    start = shuffle.randrange(10_000)
    for number in range(count):
        turn, position = divmod(number, len(named))
        first, last, local, culture = named[position]
        dice = (number + start) * 2_654_435_761 & 0xFFFF_FFFF
        company, domain = companies_[(dice >> 7) % len(companies_)]
        city, state, zip_code, country = places[culture][(dice >> 13) % len(places[culture])]
        line = (dice >> 4) % 10_000
        yield Person(
            number, first, last,
            f"{local}{turn + 1}@{domain}" if turn else f"{local}@{domain}",
            company, titles[(dice >> 10) % len(titles)],
            f"+1 {200 + dice % 700}-555-{line:04d}",
            f"{200 + (dice >> 9) % 700}555{9999 - line:04d}" if dice & 3 else "",
            f"{1 + (dice >> 17) % 999} {streets[(dice >> 5) % len(streets)]}",
            city, state, zip_code, country,
        )  # fmt: skip
