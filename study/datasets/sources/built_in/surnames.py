"""Surnames and the languages they come from, from the lists that the package Faker ships."""

import importlib
import json
import unicodedata
from collections.abc import Iterator
from importlib.metadata import version

from study.datasets.facts import Origin
from study.datasets.sources.corpus import Corpus

# Latin script, and at least 350 names that no other language of the table has. Countries of
# several languages (Belgium, Switzerland), where a name says less, are left out.
LANGUAGES = {
    "Croatian": ("hr_HR",),
    "Dutch": ("nl_NL",),
    "English": ("en_GB", "en_US"),
    "Estonian": ("et_EE",),
    "Finnish": ("fi_FI",),
    "French": ("fr_CA", "fr_FR"),
    "German": ("de_AT", "de_DE"),
    "Irish": ("ga_IE",),
    "Italian": ("it_IT",),
    "Slovak": ("sk_SK",),
    "Spanish": ("es_ES", "es_MX"),
    "Swedish": ("sv_SE",),
    "Zulu": ("zu_ZA",),
}
# Of the Estonian locale only the Estonian names: a third of its list is Russian.
_LISTS = {"et_EE": "last_names_est"}


class Surnames:
    """Which language does a surname come from?

    About 12,800 names in 13 languages. A name in two of them is left out.
    """

    name = "surnames"
    reads_numbers = False

    def identity(self) -> str:
        """Faker's version and the lists taken from it."""
        return json.dumps([version("faker"), LANGUAGES, _LISTS])

    def read(self) -> Corpus:
        """The names in code point order, each with its language."""
        languages: dict[str, set[str]] = {}
        for language, locales in LANGUAGES.items():
            for locale in locales:
                for name in _names(locale):
                    languages.setdefault(name, set()).add(language)
        names = sorted(name for name, found in languages.items() if len(found) == 1)
        unit = "names, of which those in several languages are left out"
        origin = Origin("the surnames", len(languages), unit)
        return Corpus.of(origin, names, [min(languages[name]) for name in names])


def _names(locale: str) -> Iterator[str]:
    """The surnames of a Faker locale, in composed form (Unicode NFC)."""
    provider = importlib.import_module(f"faker.providers.person.{locale}").Provider
    for name in getattr(provider, _LISTS.get(locale, "last_names")):
        yield unicodedata.normalize("NFC", name).strip()
