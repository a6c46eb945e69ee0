"""Acts of several people in the same instant, each on a connection of its own."""

import threading
import time

from django.core.exceptions import ValidationError
from django.db import connection, transaction


def at_once(*acts, seconds=30, refusals=Exception):
    """Do these in threads with connections of their own, all beginning together; what each gave or was refused with.

    None may take longer than so many seconds more than the one before it; what is no refusal is raised."""
    gate, found = threading.Barrier(len(acts)), [None] * len(acts)

    def run(number, act):
        try:
            gate.wait(30)
            found[number] = act()
        except Exception as error:
            found[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(seconds)
        assert not thread.is_alive()
    for failure in refused(found):
        if not isinstance(failure, refusals):
            raise failure
    return found


def refused(results):
    return [each for each in results if isinstance(each, Exception)]


def during(hold, act, then):
    """`act` begins while this connection holds rows, waits for them, and goes on after `then` is committed."""
    found = []

    def run():
        try:
            found.append(act())
        except Exception as error:
            found.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    with transaction.atomic():
        hold()
        thread.start()
        wait_for_a_waiter()
        then()
    thread.join(30)
    assert not thread.is_alive()
    return found[0]


def wait_for_a_waiter():
    for _try in range(1000):
        with connection.cursor() as cursor:
            cursor.execute("select count(*) from pg_locks where not granted")
            if cursor.fetchone()[0]:
                return
        time.sleep(0.01)
    raise AssertionError("nobody waits")


def sentences(results):
    return sorted(each.messages[0] for each in results if isinstance(each, ValidationError))
