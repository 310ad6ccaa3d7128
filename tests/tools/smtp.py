"""A mail server that takes mail over TLS, from who logs in, into a Maildir.

  smtp.py smtps|starttls PORT CERTIFICATE KEY MAILDIR      the log-in is kontor, the password s@cret
"""

import asyncio
import ssl
import sys

from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Mailbox
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

how, port, certificate, key, maildir = sys.argv[1:]
context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
context.load_cert_chain(certificate, key)


def authenticate(server, session, envelope, mechanism, data):
    known = isinstance(data, LoginPassword) and (data.login, data.password) == (b"kontor", b"s@cret")
    # Not handled: the server itself says no.
    return AuthResult(success=known, handled=False)


class Encrypted(Controller):
    def factory(self):
        # With TLS from the first byte aiosmtpd does not see that it is there; there is no other way in.
        starttls = how == "starttls"
        return SMTP(
            self.handler,
            hostname="mail.test.example",
            tls_context=context if starttls else None,
            require_starttls=starttls,
            auth_required=True,
            auth_require_tls=starttls,
            authenticator=authenticate,
            enable_SMTPUTF8=True,
        )


controller = Encrypted(Mailbox(maildir), hostname="127.0.0.1", port=int(port), ssl_context=context if how == "smtps" else None)
controller.start()
asyncio.new_event_loop().run_forever()
