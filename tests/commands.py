"""All commands of hongyan."""

from collections.abc import Iterator

import click

from service.cli import main

Words = tuple[str, ...]


def groups_and_commands(group: click.Group = main, before: Words = ()) -> Iterator[tuple[Words, click.Command]]:
    """Yield every group and command, with the words that call it."""
    yield before, group
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command
        if isinstance(command, click.Group):
            yield from groups_and_commands(command, (*before, name))
        else:
            yield (*before, name), command


def commands() -> dict[Words, click.Command]:
    """Return every command by the words that call it."""
    return {words: command for words, command in groups_and_commands() if not isinstance(command, click.Group)}
