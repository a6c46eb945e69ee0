"""Words of the demo's board: invented offers and needs of the invented organisations, in two languages."""

from __future__ import annotations

from typing import NamedTuple


class Said(NamedTuple):
    owner: str  # key of an invented organisation or cluster
    side: str
    kind: str
    sectors: list[str]
    technologies: list[str]
    countries: list[str]
    partners: list[str]
    lt: tuple[str, str]
    en: tuple[str, str] | None = None
    state: str = "published"
    days: int = 120  # from today until its last day


POSTINGS = [
    Said(
        "demo-whirligigs", "need", "technology", ["manufacturing"], ["additive-manufacturing", "composites"], ["DE", "PL", "LV"],
        ["research", "small"],
        ("Lengvos mentės vėjo malūnėliams iš kompozito", "Ieškome partnerio, kuris atspausdintų ar išlietų 60 cm mentes iš perdirbto kompozito. Pirmai serijai reikia 200 vienetų, bandymai – pavasarį. Mentės turi atlaikyti krušą."),
        ("Light composite blades for whirligigs", "We look for a partner to print or cast blades of 60 cm from recycled composite. The first batch is 200 pieces, trials are in spring. The blades have to stand hail."),
    ),
    Said(
        "demo-rainbows", "offer", "research", ["manufacturing", "ict"], ["composites", "testing-certification"], [], [],
        ("Kompozitų bandymai krušos ir vėjo tunelyje", "Bandome mentes, stogelius ir kitas detales iš kompozito iki 2 m ilgio. Kruša – nuo 5 iki 40 mm, vėjas – iki 50 m/s. Ataskaita per dvi savaites."),
        ("Testing composites in a tunnel of hail and wind", "We test blades, canopies and other parts of composite up to 2 m long. Hail of 5 to 40 mm, wind of up to 50 m/s. A report within two weeks."),
    ),
    Said(
        "demo-raindrops", "offer", "product", ["manufacturing"], ["sensors", "internet-of-things", "electronics"], ["SE", "FI", "DE"], ["medium", "large"],
        ("Lašų jutikliai su LoRaWAN ryšiu", "Gaminame jutiklius, kurie suskaičiuoja kiekvieną lašą ir siunčia duomenis kas minutę. Veikia penkerius metus su viena baterija, tinka stogams ir laukams. Galime pritaikyti jūsų korpusui."),
        ("Raindrop sensors with LoRaWAN", "We make sensors that count each drop and send data every minute. They run five years on one battery and fit roofs and fields. We adapt them to your housing."),
    ),
    Said(
        "demo-watch", "need", "service", ["ict"], ["internet-of-things", "data-analytics", "environmental-monitoring"], ["LT", "LV", "EE"], ["micro", "small", "medium"],
        ("Lietaus jutiklių tinklas miestui", "Ieškome įmonės, kuri įrengtų 120 jutiklių ir prižiūrėtų duomenis trejus metus. Duomenys kas penkias minutes, LoRaWAN ar panašus ryšys. Pirkimą skelbsime rudenį."),
        ("A network of rain sensors for a town", "We look for a firm to install 120 sensors and to look after the data for three years. Data every five minutes, LoRaWAN or something like it. The tender comes in autumn."),
    ),
    Said(
        "demo-trimmers", "offer", "service", ["creative"], ["film-production", "virtual-reality"], [], [],
        ("Debesų kirpimas filmams ir renginiams", "Per vieną naktį apkerpame debesis virš filmavimo aikštelės: kvadratinius, apvalius, avies pavidalo. Dirbame iki 12 m/s vėjo. Galime parengti ir virtualų modelį režisieriui."),
        ("Clouds trimmed for films and events", "In one night we trim the clouds above a film set: square, round, shaped like sheep. We work in winds of up to 12 m/s. A virtual model for the director is possible, too."),
    ),
    Said(
        "demo-thunder", "need", "consortium", ["energy_constr"], ["battery", "hydrogen", "energy-efficiency"], ["DE", "NL", "FI", "EE"], ["research", "large"],
        ("Partneriai paraiškai: žaibo energijos kaupimas", "Rengiame bendrą paraišką Europos kvietimui apie trumpų energijos pliūpsnių kaupimą. Reikia baterijų tyrėjų ir bandymų poligono. Biudžetas – apie 3 mln. eurų, pateikiame kovą."),
        ("Partners for an application: storing the energy of lightning", "We prepare a joint application to a European call about storing short bursts of energy. Needed are researchers of batteries and a test site. The budget is about 3 million euros, we submit in March."),
    ),
    Said(
        "demo-skyline", "offer", "other", ["energy_constr", "manufacturing"], ["battery", "cleanroom", "testing-certification"], [], [],
        ("Bandymų poligonas ir švarioji patalpa padebesiuose", "Nuomojame 300 kv. m švariąją patalpą ir atvirą poligoną energijos kaupikliams bandyti. Yra 1 MW įvadas ir gaisrinė. Laisva nuo vasario."),
        ("A test site and a cleanroom up in the clouds", "We let 300 sq. m of cleanroom and an open site for testing energy storage. There are 1 MW of power and a fire brigade. Free from February."),
    ),
    Said(
        "demo-dew", "need", "product", ["agrofood"], ["packaging", "biomaterials", "circular-economy"], ["LV", "SE", "PL"], ["small", "medium"],
        ("Kompostuojamos pakuotės rasai pilstyti", "Ieškome 50 ml kompostuojamų buteliukų mažoms serijoms. Per metus reikėtų 40 tūkst. vienetų. Svarbu, kad pakuotė atlaikytų šalną."),
        ("Compostable packaging for bottled dew", "We look for compostable bottles of 50 ml in small batches. We would need 40,000 pieces a year. The packaging has to stand night frost."),
    ),
    Said(
        "demo-smiths", "offer", "technology", ["manufacturing"], ["laser", "metal-processing", "coatings"], [], [],
        ("Žaibo lazerinis žymėjimas metale ir stikle", "Žymime stiklą, plieną ir titaną nuo vieno vieneto. Ženklas neišsitrina lyjant. Vidutiniškai 400 detalių per valandą."),
        ("Marking metal and glass by lightning laser", "We mark glass, steel and titanium from a single piece on. The mark does not wash off in rain. On average 400 parts an hour."),
    ),
    Said(
        "demo-clouds", "need", "consortium", ["agrofood", "ict"], ["data-analytics", "agricultural-technology"], ["DK", "LV", "EE"], ["cluster_organisation", "research"],
        ("Klasteris ieško partnerių žemdirbių orų projektui", "Trys mūsų nariai kuria orų patarimus ūkiams. Ieškome klasterio iš kitos šalies, kurio nariai augina uogas ar daržoves ir norėtų bandyti du sezonus."),
        ("A cluster seeks partners for weather advice to farmers", "Three of our members make weather advice for farms. We look for a cluster in another country whose members grow berries or vegetables and would try it for two seasons."),
    ),
    Said(
        "demo-whirligigs", "offer", "product", ["tourism", "creative"], ["design", "wood-processing"], [], [],
        ("Mediniai vėjo malūnėliai viešbučių kiemams", "Gaminame malūnėlius pagal jūsų piešinį, nuo 30 cm iki 3 m. Mediena – iš sertifikuotų miškų. Pristatome per šešias savaites."),
        None, "published", 9,
    ),
    Said(
        "demo-fans", "need", "service", ["ict"], ["software", "geoinformation"], ["LT"], ["micro", "small"],
        ("Programėlė orų mėgėjams", "Reikia programėlės, kurioje mėgėjai pažymėtų, kur lyja. Apie 2000 naudotojų, žemėlapis, be reklamos."),
        ("An app for fans of weather", "Needed is an app in which fans mark where it rains. About 2,000 users, a map, no advertising."),
    ),
    Said(
        "demo-whirligigs", "need", "research", ["manufacturing"], ["digital-twin"], ["FI", "SE"], ["research"],
        ("Malūnėlio skaitmeninis dvynys", "Ieškome tyrėjų, kurie sukurtų malūnėlio modelį gūsingam vėjui. Turime dvejų metų matavimus."),
        ("A digital twin of a whirligig", "We look for researchers to make a model of a whirligig in gusty wind. We have measurements of two years."),
        "review",
    ),
    Said(
        "demo-whirligigs", "offer", "other", ["creative"], ["design"], [], [],
        ("Malūnėlių dirbtuvės moksleiviams", "Kviečiame mokyklas į dirbtuves, kuriose vaikai patys pasigamina malūnėlį."),
        None, "returned",
    ),
    Said(
        "demo-dew", "offer", "product", ["agrofood"], ["food-processing"], [], [],
        ("Rytmečio rasa gėrimų gamintojams", "Tiekiame filtruotą rasą gėrimų gamintojams, iki 500 litrų per mėnesį."),
        None, "published", -6,
    ),
]  # fmt: skip
NOTE = "Parašykite, kokio amžiaus vaikams ir kiek jų telpa. / Say for children of what age, and how many fit in."
