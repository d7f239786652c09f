"""A clock that answers in pieces."""

import time


def application(environ, start_response):
    start_response('200 OK', [('Content-Type', 'text/plain')])

    def ticks():
        for _ in range(3):
            yield time.strftime('%H:%M:%S\n').encode()
            time.sleep(0.1)

    return ticks()
