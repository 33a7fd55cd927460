"""The JSON interface, /api/v1."""

from service.api.access import access_api
from service.api.accusations import accusations_api
from service.api.audit import audit_api
from service.api.hot_issues import hot_issues_api
from service.api.imports import imports_api
from service.api.jobs import jobs_api
from service.api.letters import letters_api
from service.api.matters import matters_api
from service.api.mining import mining_api
from service.api.models import models_api
from service.api.office import office_api
from service.api.reports import reports_api
from service.api.statistics import statistics_api
from service.api.system import system_api
from service.api.thresholds import thresholds_api

blueprints = (
    access_api,
    letters_api,
    accusations_api,
    imports_api,
    matters_api,
    hot_issues_api,
    statistics_api,
    reports_api,
    mining_api,
    models_api,
    thresholds_api,
    office_api,
    jobs_api,
    audit_api,
    system_api,
)
