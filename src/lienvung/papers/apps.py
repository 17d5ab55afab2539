"""Files and official documents: what is stored, who may open it, and how an official document is laid out."""

from django.apps import AppConfig

from lienvung import registry
from lienvung.registry import EVERYONE, Page
from lienvung.texts import Text


class PapersConfig(AppConfig):
    name = "lienvung.papers"
    label = "papers"
    verbose_name = "Văn bản / Papers"

    def ready(self) -> None:
        # The chore reads tables, so its module can only be imported when all apps are ready.
        from lienvung.papers import actions

        registry.act_words.register(registry.ActWords("papers.store_file", Text("Lưu một tệp", "Stored a file")))
        note = "the room that owns the file is asked (papers.access.may_open)"
        registry.pages.register(Page("papers:file", frozenset({EVERYONE}), note=note))
        registry.chores.register(registry.BackgroundChore("papers_unnamed", actions.drop_unnamed, pause=6 * 3600.0))
