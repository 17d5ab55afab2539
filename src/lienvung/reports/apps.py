"""Official reports made from the results, difficulties and recommendations, dashboards, open data."""

from django.apps import AppConfig

from lienvung import registry
from lienvung.papers.providers import FileProvider, providers
from lienvung.registry import OFFICIAL, BackgroundChore, NavigationItem, Panel
from lienvung.reports import dashboard_parts, report_parts
from lienvung.texts import Text


class ReportsConfig(AppConfig):
    name = "lienvung.reports"
    label = "reports"
    verbose_name = "Báo cáo / Reports"

    def ready(self) -> None:
        # Chores and file questions read tables, so their modules can only be imported when all apps are ready.
        from lienvung.reports import building, panels, report_access

        for name, words in report_parts.ACTS.items():
            registry.act_words.register(registry.ActWords(name, words))
        for page in report_parts.PAGES:
            registry.pages.register(page)
        for page in dashboard_parts.PAGES:
            registry.pages.register(page)
        for act in dashboard_parts.ACTS:
            registry.act_words.register(act)
        registry.navigation.register(
            NavigationItem(
                "dashboards",
                Text("Bảng theo dõi", "Dashboards"),
                "reports:dashboards",
                order=61,
                roles=frozenset({OFFICIAL}),
            )
        )
        registry.navigation.register(
            NavigationItem(
                "reports",
                Text("Báo cáo hợp tác", "Cooperation reports"),
                "reports:documents",
                order=62,
                roles=frozenset({OFFICIAL}),
            )
        )
        registry.agreement_panels.register(
            Panel(
                "reports.agreement",
                Text("Theo dõi và báo cáo", "Following and reporting"),
                "reports/parts/of_agreement.html",
                panels.of_agreement,
                20,
            )
        )
        registry.chores.register(BackgroundChore("reports", building.build_reports, pause=2.0))
        registry.chores.register(BackgroundChore("reports_files", building.drop_left_files, pause=1800.0))
        providers.register(FileProvider(report_access.ROOM, report_access.may_open))
