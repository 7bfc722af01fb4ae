"""The six digits of a demo staff account: what its owner's phone would show."""

from __future__ import annotations

import time

import click

from stack.foreground import demo_accounts
from stack.places import places_of_checkout

STEP = 30


def print_code(email: str) -> int:
    """Print the present code of this account, and on stderr how long it is good. Return the exit code."""
    import pyotp  # late: nothing else of the launcher needs it

    accounts = demo_accounts(places_of_checkout().state)
    if not accounts:
        click.echo("There are no demo accounts here: ./academy code works beside a running ./academy demo.", err=True)
        return 1
    secrets = {account["email"].casefold(): account["totp_secret"] for account in accounts}
    secret = secrets.get(email.casefold())
    if secret is None:
        click.echo(f"No demo account has the address {email}. There are: {', '.join(sorted(secrets))}.", err=True)
        return 1
    click.echo(pyotp.TOTP(secret).now())
    click.echo(f"Good for {STEP - time.time() % STEP:.0f} seconds, and once.", err=True)
    return 0
