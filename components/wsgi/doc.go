// Package wsgi answers requests by WSGI applications (PEP 3333), which run in
// worker processes of Python. An App is what runs, and its Graph the workers; a
// Handler in the graph of each connection gives it requests.
package wsgi
