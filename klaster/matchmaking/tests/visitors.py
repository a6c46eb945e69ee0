"""People at browsers of their own, who read in their own language and get on by what a page or a letter offers them."""

import asyncio
import re
import threading

from django.utils.translation import gettext, override, pgettext

from klaster.accounts.factories import PASSWORD
from klaster.core import jobs
from klaster.events.tests.test_registration_in_a_browser import flaws


def at_work():
    """A worker that does all jobs that wait; beside the loop that the browser's driver keeps in this thread."""
    worker = threading.Thread(target=lambda: asyncio.run(jobs.run_jobs()))
    worker.start()
    return worker


def work():
    worker = at_work()
    worker.join(timeout=60)
    assert not worker.is_alive()


class Visitor:
    """Words are given in English and looked for in the visitor's language; `of` is whom a control is about."""

    def __init__(self, browser, live_server, mails, language, width, email=""):
        self.context = browser.new_context(viewport={"width": width, "height": 900}, locale=language)
        self.page, self.url, self.mails = self.context.new_page(), live_server.url, mails
        self.page.set_default_timeout(8000)
        self.language, self.width, self.email, self.said = language, width, email, []
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.goto(f"{self.url}/{language}/")

    def words(self, words, context=""):
        with override(self.language):
            return pgettext(context, words) if context else gettext(words)

    def _control(self, role, within, words, of, context):
        named = re.escape(self.words(words, context)) + (rf" ?: {re.escape(of)}" if of else "")
        found = self.page.locator(within).get_by_role(role, name=re.compile(f"^{named}$"))
        return found.locator("visible=true").first

    def press(self, words, of="", context="", within="main"):
        self._control("button", within, words, of, context).click()

    def link(self, words, of="", context="", within="main"):
        self._control("link", within, words, of, context).click()

    def fill(self, **values):
        for name, value in values.items():
            self.page.locator(f"[name={name}]").fill(value)

    def tick(self, name, value):
        self.page.locator(f"[name={name}][value='{value}']").check()

    def reads(self, *words, within="main"):
        """All of it stands on the page (names and what people wrote are the same in all languages), which is no wider
        than the window, and the console is silent."""
        for each in words:
            self.page.locator(within).get_by_text(self.words(each)).locator("visible=true").first.wait_for()

        assert self.page.evaluate("document.documentElement.scrollWidth") <= self.width
        assert self.said == []

    def looks(self, *words):
        """Besides, everybody can use the page."""
        self.reads(*words)
        assert flaws(self.page) == []

    def sign_in(self):
        self.link("Sign in", within="header")
        self.fill(login=self.email, password=PASSWORD)
        self.press("Sign in")

    def open_letter(self, says):
        """The newest letter to this person says it; its first link is followed."""
        work()
        mail = [mail for mail in self.mails if self.email in mail.to][-1]
        assert self.words(says) in f"{mail.subject}\n{mail.body}", mail.body
        link = re.findall(r"https?://[^/\s]+(/\S+)", mail.body)[0]
        self.page.goto(self.url + link)
