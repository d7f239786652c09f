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

	// Python is the interpreter, 3.8 or later, such as that of a virtual
	// environment: venv/bin/python. The default is python3.
	Python string `yaml:"python"`

	// Workers is how many processes run it. The default is one for each core.
	Workers int `yaml:"workers"`

	// Threads is how many requests a worker answers at once. The default is 1.
	Threads int `yaml:"threads"`

	// Reload replaces the workers when a source of the application changes.
	Reload bool `yaml:"reload"`

	// Env are variables that it sees beside the server's own,
	// {DJANGO_SETTINGS_MODULE: shop.settings}.
	Env map[string]string `yaml:"env"`

	// User runs it as another user: a name, or UID:GID.
	User string `yaml:"user"`

	// Queue is how many requests wait while all threads are busy; others get 503.
	// The default is 1000; with off none waits.
	Queue Count `yaml:"queue"`

	// Wait is how long they wait; then they get 503. The default is 30s; off is
	// without a limit.
	Wait Duration `yaml:"wait"`

	// Silence is how long it may say nothing to a request, before its answer and in
	// it. Then its worker is replaced. The default is 60s.
	Silence Duration `yaml:"silence"`

	// Requests is after how many requests a worker is replaced. The default is
	// never.
	Requests int `yaml:"requests"`

	// WorkerMemory is with how much memory a worker is replaced. The default is
	// off.
	WorkerMemory Size `yaml:"worker-memory"`

	// Grace is how long a worker that is replaced may take for the requests that it
	// has. The default is 30s.
	Grace Duration `yaml:"worker-grace"`
}

// application makes the mount of a place that an application in Python answers for.
func (m *mounts) application(path, prefix string, p *Place) {
	b, w := m.b, p.WSGI
	at := join(path, "wsgi")
	if p.Put != nil || p.WebDAV != nil || p.Listing != nil || p.Cache != nil || p.CGI != nil || p.Fallback != "" {
		b.bad(at, "an application answers here: it goes with no listing, fallback, cache, put, webdav or cgi")
	}
	for key, n := range map[string]int{"workers": w.Workers, "threads": w.Threads, "requests": w.Requests} {
		b.positive(join(at, key), n)
	}
	b.bounded(join(at, "worker-grace"), int64(w.Grace))
	module, callable, _ := strings.Cut(w.Application, ":")
	app := &wsgi.App{
		Dir: b.c.file(join(path, "root"), p.Root), Module: module, Callable: callable, Python: w.Python,
		Workers: max(w.Workers, 0), Threads: max(w.Threads, 0), Reload: w.Reload, User: w.User,
		Queue: int(w.Queue), Wait: time.Duration(w.Wait), Silence: time.Duration(w.Silence),
		Requests: max(w.Requests, 0), Memory: int64(max(w.WorkerMemory, 0)), Grace: time.Duration(max(w.Grace, 0)),
	}
	if strings.ContainsRune(w.Python, '/') {
		app.Python = b.c.file(join(at, "python"), w.Python)
	}
	for key, value := range w.Env {
		app.Env = append(app.Env, key+"="+value)
	}
	if w.Application == "" {
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
	site := b.s.Site
	site.Beside = append(site.Beside, func() *axon.Graph {
		if site.ErrorLog != nil {
			app.Log = &site.ErrorLog.Inbox
		}
		return app.Graph()
	})
	m.all = append(m.all, pipelines.Mount{Path: cmp.Or(prefix, "/"), Name: m.name("WSGI"), Rest: true, Handler: func() http1.HandlerPart {
		return &wsgi.Handler{App: app, Prefix: prefix}
	}})
}
