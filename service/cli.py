"""The command hongyan."""

import click

from service.commands.access import login_link, token
from service.commands.audit import audit
from service.commands.backup import backup_command, restore_command
from service.commands.database import db
from service.commands.demo import demo
from service.commands.feedback import feedback
from service.commands.flags import flags
from service.commands.importing import import_command
from service.commands.index import index
from service.commands.jobs import jobs
from service.commands.keys import keys
from service.commands.mining import analyze, compare, link
from service.commands.models import model
from service.commands.retention import retention
from service.commands.serving import serve, worker
from service.commands.users import user


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Mine petition letters: categories, repeats and early warning."""


for command in (
    analyze,
    compare,
    link,
    import_command,
    serve,
    worker,
    jobs,
    db,
    backup_command,
    restore_command,
    index,
    model,
    feedback,
    flags,
    audit,
    user,
    token,
    keys,
    retention,
    login_link,
    demo,
):
    main.add_command(command)
