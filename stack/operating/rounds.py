"""``fixity`` and ``reseal``: a service's own round, run once beside a running stack."""

from __future__ import annotations

import click

from stack.addresses import addresses_for
from stack.keys import keys_of
from stack.places import places_of_checkout
from stack.ports import remembered_ports
from stack.processes import Outline, service_environment
from stack.schema_state import StepFailed, words_of_module


def run_round(module: str, service: str, *, command: str, arguments: tuple[str, ...] = ()) -> int:
    """Run ``module`` as ``service`` would, beside a running stack, and print what it says. Return the exit code."""
    places = places_of_checkout()
    ports = remembered_ports(places.state)
    if ports is None:
        click.echo(f"Nothing runs here yet: ./academy {command} works beside ./academy up or ./academy demo.", err=True)
        return 1
    keys = keys_of(places.state)
    outline = Outline(places, ports, keys, addresses_for(places, ports, keys), demo=False)
    try:
        click.echo(words_of_module(module, service_environment(outline, service), arguments=arguments))
    except StepFailed as reason:
        click.echo(str(reason), err=True)
        return 1
    return 0
