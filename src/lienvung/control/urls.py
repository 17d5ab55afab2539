"""Addresses under /control/; each has its row in `apps.PAGES`."""

from __future__ import annotations

from django.urls import path

from lienvung.control import finding_views, inspection_views, plan_views, views

app_name = "control"
urlpatterns = [
    path("", views.desk, name="desk"),
    path("mine", views.mine, name="mine"),
    path("lists/<slug:name>.<slug:ending>", views.download, name="download"),
    path("establishments", views.establishments, name="establishments"),
    path("establishments/new", views.register, name="register"),
    path("establishments/<uuid:id>", views.establishment, name="establishment"),
    path("establishments/<uuid:id>/edit", views.edit, name="edit"),
    path("establishments/<uuid:id>/grade", views.grade, name="grade"),
    path("establishments/<uuid:id>/commitment", views.commitment, name="commitment"),
    path("establishments/<uuid:id>/inspect", inspection_views.start, name="start"),
    path("commitments", views.commitments, name="commitments"),
    path("commitments/<uuid:id>/breach", views.breach, name="breach"),
    path("plans", plan_views.plans, name="plans"),
    path("plans/<uuid:id>", plan_views.plan, name="plan"),
    path("plans/<uuid:id>/add", plan_views.add_row, name="add_row"),
    path("plans/<uuid:id>/approve", plan_views.approve, name="approve"),
    path("plans/rows/<uuid:id>", plan_views.row, name="row"),
    path("inspections", inspection_views.inspections, name="inspections"),
    path("inspections/<uuid:id>", inspection_views.inspection, name="inspection"),
    path("inspections/<uuid:id>/items/<slug:item>", inspection_views.item, name="item"),
    path("inspections/<uuid:id>/result", inspection_views.result, name="result"),
    path("inspections/<uuid:id>/sign", inspection_views.sign, name="sign"),
    path("inspections/<uuid:id>/other-side", inspection_views.other_side, name="other_side"),
    path("inspections/<uuid:id>/countersign", inspection_views.countersign, name="countersign"),
    path("inspections/<uuid:id>/reopen", inspection_views.reopen, name="reopen"),
    path("inspections/<uuid:id>/amend", inspection_views.amend, name="amend"),
    path("inspections/<uuid:id>/again", inspection_views.again, name="again"),
    path("photos/<uuid:id>", finding_views.photo, name="photo"),
    path("findings", finding_views.findings, name="findings"),
    path("findings/<uuid:id>", finding_views.finding, name="finding"),
    path("findings/<uuid:id>/answer", finding_views.answer, name="answer"),
    path("findings/<uuid:id>/close", finding_views.close, name="close"),
]
