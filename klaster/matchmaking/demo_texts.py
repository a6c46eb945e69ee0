"""What the invented participants of the demo offer and seek. All of it is made up; a need of a theme is answered by the
offers of the same theme, so that suggestions make sense."""

from __future__ import annotations

from typing import NamedTuple

Both = tuple[str, str]  # Lithuanian, English


class Theme(NamedTuple):
    """`needs` are what others seek of firms like these: to buy from them first, to work with them second."""

    sector: str
    technology: str
    offers: tuple[Both, Both]
    needs: tuple[Both, Both]


THEMES: dict[str, Theme] = {
    "berries": Theme(
        "agrofood",
        "food-processing",
        (
            (
                "Uogų liofilizavimas ir malimas, serijos nuo 200 kg",
                "Freeze-drying and milling of berries, batches from 200 kg",
            ),
            (
                "Ekologiški juodieji serbentai ir avietės, šaldyti vietoje",
                "Organic blackcurrants and raspberries, frozen on the farm",
            ),
        ),
        (
            ("Partnerio, turinčio sausojo šaldymo įrangą uogoms", "A partner with freeze-drying equipment for berries"),
            (
                "Uogų augintojų bandomajai funkcionaliojo maisto serijai",
                "Berry growers for a pilot series of functional food",
            ),
        ),
    ),
    "packaging": Theme(
        "manufacturing",
        "packaging",
        (
            (
                "Celiuliozės pakuotės be plastiko, bandomosios partijos per 3 savaites",
                "Cellulose packaging without plastic, pilot batches in 3 weeks",
            ),
            (
                "Kompostuojamų pakuočių projektavimas maisto gamintojams",
                "Design of compostable packaging for food producers",
            ),
        ),
        (
            ("Kompostuojamų pakuočių mažoms serijoms", "Compostable packaging for small series"),
            (
                "Pakuočių gamintojo bendram plastiko mažinimo projektui",
                "A packaging maker for a joint project against plastic waste",
            ),
        ),
    ),
    "dairy": Theme(
        "agrofood",
        "functional-food",
        (
            (
                "Fermentuoti pieno gaminiai privačiu prekės ženklu: jogurtas, kefyras",
                "Fermented dairy products under private label: yoghurt, kefir",
            ),
            ("Sūrių brandinimo kameros ir 40 metų patirties", "Cheese ripening rooms and forty years of practice"),
        ),
        (
            (
                "Jogurto gamintojo, kuris išbandytų naują uogų priedą",
                "A yoghurt producer to try a new berry ingredient",
            ),
            ("Pieninių, kurioms rūpi trumpesnis fermentavimo laikas", "Dairies that want shorter fermentation times"),
        ),
    ),
    "sensors": Theme(
        "ict",
        "sensors",
        (
            (
                "Belaidžiai temperatūros ir drėgmės jutikliai (LoRaWAN), baterija laiko 5 metus",
                "Wireless temperature and humidity sensors (LoRaWAN), battery for 5 years",
            ),
            ("Jutiklių duomenų platforma sandėliams ir ūkiams", "A platform for sensor data of warehouses and farms"),
        ),
        (
            ("Jutiklių, kurie seka šaldytą krovinį visame kelyje", "Sensors that follow frozen freight all the way"),
            (
                "Elektronikos įmonės, kuri įmontuotų jutiklius į mūsų gaminį",
                "An electronics firm to build sensors into our product",
            ),
        ),
    ),
    "vision": Theme(
        "ict",
        "artificial-intelligence",
        (
            (
                "Mašininė rega gamybos linijoms: brokas randamas per 40 ms",
                "Machine vision for production lines: faults found within 40 ms",
            ),
            ("Vaizdų atpažinimo modeliai iš mažai pavyzdžių", "Image recognition models trained on few samples"),
        ),
        (
            ("Kamerų ir vaizdų atpažinimo rūšiavimo linijai", "Cameras and image recognition for a sorting line"),
            ("Mašininės regos komandos bendram tyrimui", "A machine vision team for joint research"),
        ),
    ),
    "furniture": Theme(
        "manufacturing",
        "furniture-making",
        (
            ("Masyvo baldai viešbučiams, CNC frezavimas", "Solid wood furniture for hotels, CNC milling"),
            ("Medienos detalės pagal brėžinį, nuo vieneto", "Wooden parts to drawing, from a single piece"),
        ),
        (
            ("Baldų gamintojo nedideliems viešbučiams", "A furniture maker for small hotels"),
            ("Medienos apdirbėjo, kuris pritaikytų mūsų technologiją", "A wood processor to apply our technology"),
        ),
    ),
    "metal": Theme(
        "manufacturing",
        "metal-processing",
        (
            (
                "Robotizuotas plonų lakštų suvirinimas, serijos nuo 50 vienetų",
                "Robot welding of thin sheets, series from 50 pieces",
            ),
            ("Metalinių korpusų gamyba elektronikai", "Metal housings for electronics"),
        ),
        (
            ("Metalinių korpusų tiekėjo mūsų prietaisams", "A supplier of metal housings for our devices"),
            ("Metalo apdirbimo įmonės robotizavimo bandymui", "A metalworking firm for a trial of robots"),
        ),
    ),
    "solar": Theme(
        "energy_constr",
        "photovoltaics",
        (
            (
                "Saulės modulių įrengimas ant pramoninių stogų ir priežiūra",
                "Solar modules on industrial roofs, installed and maintained",
            ),
            (
                "Energijos bendrijų steigimas: nuo skaičiavimų iki sutarties",
                "Energy communities from calculation to contract",
            ),
        ),
        (
            ("Saulės modulių rangovo trims sandėliams", "A solar contractor for three warehouses"),
            ("Saulės energijos įmonės bandomajai energijos bendrijai", "A solar firm for a pilot energy community"),
        ),
    ),
    "building": Theme(
        "energy_constr",
        "building-technology",
        (
            (
                "Daugiabučių atnaujinimas skydinėmis medinėmis fasado sistemomis",
                "Renovation of blocks of flats with timber facade panels",
            ),
            (
                "BIM modeliai esamiems pastatams iš lazerinio skenavimo",
                "BIM models of existing buildings from laser scans",
            ),
        ),
        (
            ("Statybos įmonės gamyklos pastatui atnaujinti", "A construction firm to renovate a factory building"),
            (
                "Rangovo, kuris statybose naudotų mūsų fasado detales",
                "A contractor to use our facade parts in construction",
            ),
        ),
    ),
    "medical": Theme(
        "health",
        "medical-devices",
        (
            ("Medicinos priemonių prototipai pagal ISO 13485", "Prototypes of medical devices under ISO 13485"),
            (
                "Klinikinių tyrimų organizavimas reabilitacijos ligoninėse",
                "Clinical studies in rehabilitation hospitals",
            ),
        ),
        (
            ("Partnerio medicinos priemonei sertifikuoti ir gaminti", "A partner to certify and make a medical device"),
            (
                "Ligoninės ar gamintojo reabilitacijos jutikliui išbandyti",
                "A hospital or maker to try a rehabilitation sensor",
            ),
        ),
    ),
    "textile": Theme(
        "manufacturing",
        "textiles",
        (
            ("Techniniai audiniai su laidžiais siūlais", "Technical fabrics with conductive yarn"),
            (
                "Darbo drabužių siuvimas mažomis serijomis, pristatymas per 2 savaites",
                "Workwear sewn in small series, delivered in 2 weeks",
            ),
        ),
        (
            (
                "Audinio su įaustais jutikliais sveikatos stebėsenai",
                "A fabric with woven sensors for health monitoring",
            ),
            ("Tekstilės įmonės perdirbtiems siūlams išbandyti", "A textile firm to try recycled yarn"),
        ),
    ),
    "logistics": Theme(
        "transport",
        "logistics",
        (
            (
                "Temperatūrą palaikantis krovinių vežimas tarp Baltijos ir Šiaurės šalių",
                "Temperature-controlled freight between the Baltic and the Nordic countries",
            ),
            ("Maršrutų optimizavimo programa mažiems vežėjams", "Route optimisation software for small carriers"),
        ),
        (
            ("Vežėjo šaldytiems kroviniams į Skandinaviją", "A carrier for frozen freight to Scandinavia"),
            ("Vežėjų, kurie išbandytų mūsų duomenų platformą", "Carriers to try our data platform"),
        ),
    ),
    "laser": Theme(
        "manufacturing",
        "laser",
        (
            (
                "Lazerinis mikroapdirbimas: skylutės plėvelėje nuo 10 mikrometrų",
                "Laser micromachining: holes in film from 10 micrometres",
            ),
            ("Femtosekundiniai lazeriai tyrimams ir gamybai", "Femtosecond lasers for research and production"),
        ),
        (
            ("Lazerinio mikroapdirbimo plonoms plėvelėms", "Laser micromachining of thin films"),
            (
                "Lazerių kūrėjų bendrai „Europos horizonto“ paraiškai",
                "Laser developers for a joint Horizon Europe application",
            ),
        ),
    ),
    "vr": Theme(
        "creative",
        "virtual-reality",
        (
            ("Virtualiosios realybės mokymai gamyklų darbuotojams", "Virtual reality training for factory workers"),
            ("Interaktyvios ekspozicijos muziejams ir parkams", "Interactive exhibitions for museums and parks"),
        ),
        (
            ("Virtualiosios realybės mokymų naujiems suvirintojams", "Virtual reality training for new welders"),
            ("Kūrybinės studijos turistinei ekspozicijai", "A creative studio for an exhibition for tourists"),
        ),
    ),
    "lab": Theme(
        "health",
        "food-safety",
        (
            (
                "Maisto mokslo tyrimai ir galiojimo laiko bandymai įmonėms",
                "Food research and shelf-life tests for firms",
            ),
            (
                "Laboratorijos paslaugos funkcionaliojo maisto teiginiams pagrįsti",
                "Laboratory services to support claims of functional food",
            ),
        ),
        (
            (
                "Laboratorijos funkcionaliojo maisto teiginiams pagrįsti",
                "A laboratory to support claims of functional food",
            ),
            ("Maisto tyrėjų bendram projektui su pienine", "Food researchers for a joint project with a dairy"),
        ),
    ),
    "tourism": Theme(
        "tourism",
        "tourism-technology",
        (
            (
                "Gamtos turizmo maršrutai pėstiesiems ir dviratininkams, gidai 4 kalbomis",
                "Nature tourism on foot and by bicycle, guides in 4 languages",
            ),
            ("Nedideli viešbučiai ir sodybos grupėms iki 40 žmonių", "Small hotels and homesteads for groups up to 40"),
        ),
        (
            ("Gamtos turizmo partnerių naujam žygių maršrutui", "Nature tourism partners for a new hiking trail"),
            ("Viešbučių, kuriems rūpi vietinis maistas ir baldai", "Hotels that care for local food and furniture"),
        ),
    ),
}

# Of what theme a participant is, and of which themes what it seeks: (theme, 0 to buy or 1 to work with).
SEEKS: dict[str, tuple[tuple[str, int], ...]] = {
    "berries": (("packaging", 0), ("lab", 0), ("logistics", 0)),
    "packaging": (("berries", 1), ("laser", 0)),
    "dairy": (("berries", 0), ("lab", 1), ("packaging", 1)),
    "sensors": (("metal", 0), ("logistics", 1)),
    "vision": (("metal", 1), ("sensors", 1)),
    "furniture": (("tourism", 1), ("vr", 0), ("logistics", 0)),
    "metal": (("vision", 0), ("sensors", 1), ("vr", 0)),
    "solar": (("building", 1), ("metal", 0)),
    "building": (("solar", 1), ("furniture", 1)),
    "medical": (("textile", 0), ("sensors", 1)),
    "textile": (("medical", 1), ("packaging", 1)),
    "logistics": (("sensors", 0), ("solar", 0)),
    "laser": (("medical", 0), ("packaging", 1)),
    "vr": (("tourism", 0), ("medical", 1)),
    "lab": (("dairy", 1), ("berries", 1)),
    "tourism": (("furniture", 0), ("vr", 1)),
}

# Names say in the language of their country that nothing of it exists.
NAMES: list[tuple[str, str, str]] = [  # name, country, theme
    ("UAB „Pramanytos uogos“", "LT", "berries"), ("Išgalvotas uogynas", "LT", "berries"),
    ("UAB „Nesama pakuotė“", "LT", "packaging"), ("MB „Tariamas popierius“", "LT", "packaging"),
    ("UAB „Pramanyto pieno namai“", "LT", "dairy"), ("Išgalvota sūrinė", "LT", "dairy"),
    ("UAB „Tariami jutikliai“", "LT", "sensors"), ("MB „Nesami daiktai“", "LT", "sensors"),
    ("UAB „Pramanytos akys“", "LT", "vision"), ("Išgalvotas vaizdų institutas", "LT", "vision"),
    ("UAB „Tariama kėdė“", "LT", "furniture"), ("UAB „Nesamas ąžuolas“", "LT", "furniture"),
    ("UAB „Pramanytas plienas“", "LT", "metal"), ("UAB „Išgalvoti korpusai“", "LT", "metal"),
    ("UAB „Tariama saulė“", "LT", "solar"), ("Nesamos energijos bendrija", "LT", "solar"),
    ("UAB „Pramanyti namai“", "LT", "building"), ("UAB „Išgalvotas fasadas“", "LT", "building"),
    ("UAB „Tariama sveikata“", "LT", "medical"), ("Nesama reabilitacijos ligoninė", "LT", "medical"),
    ("UAB „Pramanytas siūlas“", "LT", "textile"), ("UAB „Išgalvotas audinys“", "LT", "textile"),
    ("UAB „Tariami keliai“", "LT", "logistics"), ("UAB „Nesamas krovinys“", "LT", "logistics"),
    ("UAB „Pramanytas spindulys“", "LT", "laser"), ("UAB „Išgalvota šviesa“", "LT", "laser"),
    ("MB „Tariami pasauliai“", "LT", "vr"), ("Nesamo maisto laboratorija", "LT", "lab"),
    ("Pramanyto mokslo centras", "LT", "lab"), ("Išgalvotų žygių klubas", "LT", "tourism"),
    ("Tariamų sodybų asociacija", "LT", "tourism"),
    ("SIA Izdomātās ogas", "LV", "berries"), ("SIA Neesošais iepakojums", "LV", "packaging"),
    ("SIA Izdomātie sensori", "LV", "sensors"), ("SIA Neesošās mēbeles", "LV", "furniture"),
    ("SIA Izdomātais metāls", "LV", "metal"), ("SIA Neesošā saule", "LV", "solar"),
    ("Izdomātā pārtikas laboratorija", "LV", "lab"), ("SIA Neesošie ceļi", "LV", "logistics"),
    ("OÜ Väljamõeldud Piim", "EE", "dairy"), ("OÜ Olematu Nägemine", "EE", "vision"),
    ("OÜ Väljamõeldud Maja", "EE", "building"), ("OÜ Olematu Tervis", "EE", "medical"),
    ("OÜ Väljamõeldud Mängud", "EE", "vr"), ("MTÜ Olematu Matk", "EE", "tourism"),
    ("Zmyślone Meble sp. z o.o.", "PL", "furniture"), ("Zmyślony Metal sp. z o.o.", "PL", "metal"),
    ("Nieistniejące Tkaniny sp. z o.o.", "PL", "textile"), ("Zmyślony Transport sp. z o.o.", "PL", "logistics"),
    ("Nieistniejące Okna sp. z o.o.", "PL", "building"),
    ("ТОВ «Вигадані ягоди»", "UA", "berries"), ("ТОВ «Вигадана тканина»", "UA", "textile"),
    ("ТОВ «Вигадане молоко»", "UA", "dairy"),
    ("Láseres Inventados S.L.", "ES", "laser"), ("Turismo Inventado S.L.", "ES", "tourism"),
    ("Påhittade Förpackningar AB", "SE", "packaging"), ("Påhittad Medicinteknik AB", "SE", "medical"),
]  # fmt: skip
