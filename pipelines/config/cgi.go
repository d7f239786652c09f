package config

import (
	"cmp"
	"maps"
	"strings"
	"time"

	"github.com/kamaelia-go/kamaelia/components/cgi"
	"github.com/kamaelia-go/kamaelia/components/gateway"
	"github.com/kamaelia-go/kamaelia/components/http1"
	"github.com/kamaelia-go/kamaelia/components/process"
	"github.com/kamaelia-go/kamaelia/pipelines"
)

// CGI answers requests by the programs in a directory, or by a single program.
type CGI struct {
	// Interpreters run files by their extension, {.py: /usr/bin/python3}. Others
	// are run by themselves.
	Interpreters map[string]string `yaml:"interpreters"`

	// Index names the programs that stand for a directory. The default is
	// index.cgi, and index with the extensions of the interpreters.
	Index []string `yaml:"index"`

	// Env are variables that the programs see, {GIT_PROJECT_ROOT: /srv/git}.
	Env map[string]string `yaml:"env"`

	// Pass names variables of the server's own environment that they see.
	Pass []string `yaml:"pass"`

	// Documents is the directory that PATH_TRANSLATED and DOCUMENT_ROOT tell of.
	// The default is the root of the site, or else that of the programs.
	Documents string `yaml:"documents"`

	// Authorization lets them see that field, with the password that is in it.
	Authorization bool `yaml:"authorization"`

	// Arguments gives them a query without "=" as arguments.
	Arguments bool `yaml:"arguments"`

	// RefuseChunked refuses bodies without a length with 411. By default they are
	// gathered first.
	RefuseChunked bool `yaml:"refuse-chunked"`

	// Largest is the largest body that is gathered. The default is 1GiB.
	Largest Size `yaml:"largest"`

	// User runs them as another user: a name, or UID:GID.
	User string `yaml:"user"`

	// First is how long they may take to say something. The default is 60s.
	First Duration `yaml:"first"`

	// Idle is how long they may be silent in their answer. The default is 60s.
	Idle Duration `yaml:"silence"`

	// Run is how long they may run in all. The default is off.
	Run Duration `yaml:"run-time"`

	// Kill is how long they may take to end when they are told to, before they are
	// killed. The default is 500ms; off kills them at once.
	Kill Duration `yaml:"kill-after"`

	// Output is how much they may say. The default is off.
	Output Size `yaml:"output"`

	// Turns says how many requests are in work at once.
	Turns `yaml:",inline"`

	// CPU is how much processor time each may use. The default is off.
	CPU Duration `yaml:"cpu"`

	// Memory is how much memory each may use. The default is off.
	Memory Size `yaml:"process-memory"`

	together *gateway.Gate // see Together
}

// Together lets places share what AtOnce, Queue and Wait of the first of them say:
// so many programs run at once in all of them.
func Together(places ...*CGI) {
	if len(places) > 1 {
		gate := places[0].Turns.gate()
		for _, c := range places {
			c.together = gate
		}
	}
}

// scripts makes the mount of a place whose files are run. documents is the root of
// the site.
func (m *mounts) scripts(path, prefix string, p *Place, documents string) {
	b, c := m.b, p.CGI
	at := join(path, "cgi")
	if p.Put != nil || p.WebDAV != nil || p.Listing != nil || p.Cache != nil || p.Fallback != "" {
		b.bad(at, "programs are run here: it goes with no listing, fallback, cache, put or webdav")
	}
	b.bounded(join(at, "at-once"), int64(c.AtOnce))
	b.bounded(join(at, "largest"), int64(c.Largest))
	dir := &cgi.Dir{
		Path: b.c.file(join(path, "root"), p.Root), Interpreters: b.interpreters(at, c), Index: c.Index, Pass: c.Pass,
		Arguments: c.Arguments, User: c.User, Grace: time.Duration(c.Kill),
		Variables: gateway.Variables{Authorization: c.Authorization},
		Bodies:    gateway.Bodies{RefuseChunked: c.RefuseChunked, Largest: int64(max(c.Largest, 0))},
		Limits: gateway.Limits{
			First: time.Duration(c.First), Idle: time.Duration(c.Idle), Run: time.Duration(max(c.Run, 0)), Output: int64(max(c.Output, 0)),
		},
		Resources: process.Limits{CPU: time.Duration(max(c.CPU, 0)), Memory: int64(max(c.Memory, 0))},
		Gate:      cmp.Or(c.together, c.Turns.gate()),
	}
	for key, value := range c.Env {
		dir.Env = append(dir.Env, key+"="+value)
	}
	dir.Documents = cmp.Or(b.c.file(join(at, "documents"), c.Documents), documents)
	if err := dir.Validate(); err != nil {
		b.wrong(at, err)
		return
	}
	if err := dir.Open(); err != nil {
		b.missing(join(path, "root"), err)
		return
	}
	b.s.closers = append(b.s.closers, dir.Close)
	b.s.KillAfter = max(b.s.KillAfter, dir.Grace)
	site := b.s.Site
	m.all = append(m.all, pipelines.Mount{Path: cmp.Or(prefix, "/"), Name: m.name("CGI"), Handler: func() http1.HandlerPart {
		h := &cgi.Handler{Dir: dir, Prefix: prefix}
		if site.ErrorLog != nil {
			h.Log = &site.ErrorLog.Inbox
		}
		return h
	}})
}

// interpreters returns what runs files by their extension. A name with a slash is that of a
// file, others are looked for in the PATH.
func (b *builder) interpreters(at string, c *CGI) map[string]string {
	all := maps.Clone(c.Interpreters)
	for ext, name := range all {
		if strings.ContainsRune(name, '/') {
			all[ext] = b.c.file(join(at, "interpreters."+ext), name)
		}
	}
	return all
}
