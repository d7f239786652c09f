package config

import (
	"cmp"
	"errors"
	"strings"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/http1"
	"github.com/kamaelia-go/kamaelia/components/wsgi"
	"github.com/kamaelia-go/kamaelia/pipelines"
)

// WSGI answers requests by an application in Python (PEP 3333), whose modules are
// looked for in the root first.
type WSGI struct {
	// Application is the module and the callable in it: shop.wsgi:application. The
	// default callable is application.
	Application string `yaml:"application,short"`

	// Threads is how many requests a worker answers at once. The default is 1.
	Threads Count `yaml:"threads"`

	// Processes say how it is run.
	Processes `yaml:",inline"`
}

// ASGI answers requests by an application in Python (ASGI 3), whose modules are
// looked for in the root first.
type ASGI struct {
	// Application is the module and the callable in it: shop.asgi:application. The
	// default callable is application.
	Application string `yaml:"application,short"`

	// AtOnce is how many requests a worker has under way at once. The default is
	// 1000.
	AtOnce Count `yaml:"at-once"`

	// Processes say how it is run.
	Processes `yaml:",inline"`
}

// Processes say how an application in Python is run.
type Processes struct {
	// Python is the interpreter, 3.8 or later, such as that of a virtual
	// environment: venv/bin/python. The default is python3.
	Python string `yaml:"python"`

	// Workers is how many processes run it. The default is one for each core.
	Workers Count `yaml:"workers"`

	// Reload replaces the workers when a source of the application changes.
	Reload bool `yaml:"reload"`

	// Env are variables that it sees beside the server's own,
	// {DJANGO_SETTINGS_MODULE: shop.settings}.
	Env map[string]string `yaml:"env"`

	// User runs it as another user: a name, or UID:GID.
	User string `yaml:"user"`

	// Queue is how many requests wait while all workers are busy; others get 503.
	// The default is 1000; with off none waits.
	Queue Count `yaml:"queue"`

	// Wait is how long they wait; then they get 503. The default is 30s; off is
	// without a limit.
	Wait Duration `yaml:"wait"`

	// Silence is how long it may say nothing to a request, before its answer and in
	// it. Then its worker is replaced; one of ASGI if it does not give the request
	// up. The default is 60s.
	Silence Duration `yaml:"silence"`

	// Requests is after how many requests a worker is replaced. The default is off.
	Requests Count `yaml:"requests"`

	// WorkerMemory is with how much memory a worker is replaced. The default is
	// off.
	WorkerMemory Size `yaml:"worker-memory"`

	// Grace is how long a worker that is replaced may take for the requests that it
	// has. The default is 30s.
	Grace Duration `yaml:"worker-grace"`
}

// application makes the mount of a place that an application in Python answers for.
func (m *mounts) application(path, prefix string, p *Place) {
	if w := p.ASGI; w != nil {
		m.python("asgi", path, prefix, p, w.Application, m.b.some(join(path, "asgi.at-once"), w.AtOnce), &w.Processes)
	}
	if w := p.WSGI; w != nil {
		m.python("wsgi", path, prefix, p, w.Application, m.b.some(join(path, "wsgi.threads"), w.Threads), &w.Processes)
	}
}

// python does so for either kind, key. threads is how many requests a worker has at
// once.
func (m *mounts) python(key, path, prefix string, p *Place, application string, threads int, w *Processes) {
	b, at := m.b, join(path, key)
	if p.Put != nil || p.WebDAV != nil || p.Listing != nil || p.Cache != nil || p.CGI != nil || p.Fallback != "" || p.WSGI != nil && p.ASGI != nil {
		b.bad(at, "an application answers here: it goes with no listing, fallback, cache, put, webdav, cgi or another one")
	}
	b.bounded(join(at, "worker-grace"), int64(w.Grace))
	module, callable, _ := strings.Cut(application, ":")
	app := &wsgi.App{
		ASGI: key == "asgi", Dir: b.c.file(join(path, "root"), p.Root), Module: module, Callable: callable, Python: w.Python,
		Workers: b.some(join(at, "workers"), w.Workers), Threads: threads, Reload: w.Reload, User: w.User,
		Queue: int(w.Queue), Wait: time.Duration(w.Wait), Silence: time.Duration(w.Silence),
		Requests: int(max(w.Requests, 0)), Memory: int64(max(w.WorkerMemory, 0)), Grace: time.Duration(max(w.Grace, 0)),
	}
	if strings.ContainsRune(w.Python, '/') {
		app.Python = b.c.file(join(at, "python"), w.Python)
	}
	for key, value := range w.Env {
		app.Env = append(app.Env, key+"="+value)
	}
	if application == "" {
		b.lacks(at, "it needs an application: MODULE:CALLABLE")
		return
	}
	if err := app.Validate(); err != nil {
		b.wrong(at, err)
		return
	}
	switch err := app.Open(); {
	case errors.Is(err, wsgi.ErrPython):
		b.missing(join(at, "python"), err)
		return
	case err != nil:
		b.missing(join(path, "root"), err)
		return
	}
	m.workers(app, prefix)
}

// workers mounts an application that is open, and lets the site run its workers.
func (m *mounts) workers(app *wsgi.App, prefix string) {
	site, name := m.b.s.Site, "WSGI"
	if app.ASGI {
		name = "ASGI"
	}
	site.Beside = append(site.Beside, func() *axon.Graph {
		if site.ErrorLog != nil {
			app.Log = &site.ErrorLog.Inbox
		}
		return app.Graph()
	})
	m.all = append(m.all, pipelines.Mount{Path: cmp.Or(prefix, "/"), Name: m.name(name), Rest: true, Handler: func() http1.HandlerPart {
		return &wsgi.Handler{App: app, Prefix: prefix}
	}})
}
