"""Applications for the tests that go to the edges, each below its name."""

import os
import signal
import socket
import sys
import threading
import time

socket.setdefaulttimeout(0.2)  # of the sockets that the application makes: those of the server are not its business

both = threading.Barrier(2)


class Parting:
    """An iterable whose close wants to end the program."""

    def __iter__(self):
        return iter([b'part', b'ing'])

    def close(self):
        sys.exit('parting')


class TooSlow(Exception):
    pass


def text(start_response, *fields, status='200 OK'):
    start_response(status, [('Content-Type', 'text/plain'), *fields])


def pid(environ, start_response):
    text(start_response)
    return [b'%d' % os.getpid()]


def slow(environ, start_response):
    time.sleep(float(environ['QUERY_STRING']))
    text(start_response)
    return [b'slow']


def echo(environ, start_response):
    got = environ['wsgi.input'].read()
    text(start_response)
    return [got]


def verbose(environ, start_response):
    raise RuntimeError('out of luck' + 'x' * int(environ['QUERY_STRING']))


def headed(environ, start_response):
    text(start_response, ('X', 'x' * int(environ['QUERY_STRING'])))
    return [b'headed']


def parting(environ, start_response):
    text(start_response)
    return Parting()


def meet(environ, start_response):
    both.wait(5)
    text(start_response)
    return [b'met']


def patient(environ, start_response):
    """Reads the body in a time of its own."""

    def ring(*_):
        raise TooSlow

    signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, 0.2)
    try:
        environ['wsgi.input'].read()
        status = '200 OK'
    except TooSlow:
        environ['wsgi.errors'].write('too slow\n')
        status = '503 Too Slow'
    signal.setitimer(signal.ITIMER_REAL, 0)
    text(start_response, status=status)
    return [b'done']


def forks(environ, start_response):
    """Has a process of its own do something, which ends as a program does."""
    child = os.fork()
    if child == 0:
        sys.exit(3)
    _, status = os.waitpid(child, 0)
    text(start_response)
    return [b'%d' % (status >> 8)]


def application(environ, start_response):
    return globals()[environ['PATH_INFO'].split('/')[1]](environ, start_response)
