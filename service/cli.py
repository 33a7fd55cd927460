"""The command hongyan."""

from importlib import import_module

import click

# Where each command is: its module and its name there.
COMMANDS = {
    "analyze": ("mining", "analyze"),
    "audit": ("audit", "audit"),
    "backup": ("backup", "backup_command"),
    "compare": ("mining", "compare"),
    "db": ("database", "db"),
    "demo": ("demo", "demo"),
    "feedback": ("feedback", "feedback"),
    "flags": ("flags", "flags"),
    "import": ("importing", "import_command"),
    "index": ("index", "index"),
    "jobs": ("jobs", "jobs"),
    "keys": ("keys", "keys"),
    "link": ("mining", "link"),
    "login-link": ("access", "login_link"),
    "model": ("models", "model"),
    "report": ("reports", "report"),
    "restore": ("backup", "restore_command"),
    "retention": ("retention", "retention"),
    "serve": ("serving", "serve"),
    "taxonomy": ("taxonomy", "taxonomy"),
    "token": ("access", "token"),
    "user": ("users", "user"),
    "worker": ("serving", "worker"),
}


class Commands(click.Group):
    """Import a command when it is asked for: most need no model, and what reads models takes seconds to import."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click asks so
        """Return the names of all commands."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click asks so
        """Return a command."""
        if cmd_name not in COMMANDS:
            return None
        module, name = COMMANDS[cmd_name]
        found: click.Command = getattr(import_module(f"service.commands.{module}"), name)
        return found


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Mine petition letters: categories, repeats and early warning."""
