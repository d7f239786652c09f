package config

import (
	"cmp"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/fastcgi"
	"github.com/kamaelia-go/kamaelia/components/gateway"
	"github.com/kamaelia-go/kamaelia/components/http1"
	"github.com/kamaelia-go/kamaelia/components/scgi"
	"github.com/kamaelia-go/kamaelia/components/uwsgi"
	"github.com/kamaelia-go/kamaelia/pipelines"
)

// Upstream is what is said of a program that runs on its own.
type Upstream struct {
	// Extensions are those of scripts in the root. The default is .php.
	Extensions []string `yaml:"extensions"`

	// Index names the script that stands for a directory. The default is index
	// with the first of the extensions.
	Index string `yaml:"index"`

	// Fallback is the script for all paths that lead to none, such as /index.php.
	Fallback string `yaml:"fallback"`

	// Documents is the directory that PATH_TRANSLATED and DOCUMENT_ROOT tell of.
	// The default is the root.
	Documents string `yaml:"documents"`

	// Env are variables that the program sees beside those of the request.
	Env map[string]string `yaml:"env"`

	// Authorization lets it see that field, with the password that is in it.
	Authorization bool `yaml:"authorization"`

	// RefuseChunked refuses bodies without a length with 411. By default they are
	// gathered first.
	RefuseChunked bool `yaml:"refuse-chunked"`

	// Largest is the largest body that is gathered. The default is 1GiB.
	Largest Size `yaml:"largest"`

	// Connect is how long it may take to connect. The default is 5s.
	Connect Duration `yaml:"connect"`

	// First is how long the program may take to say something. The default is 60s.
	First Duration `yaml:"first"`

	// Idle is how long it may be silent in its answer. The default is 60s.
	Idle Duration `yaml:"silence"`

	// Run is how long it may take in all. The default is off.
	Run Duration `yaml:"run-time"`

	// Output is how much it may say. The default is off.
	Output Size `yaml:"output"`

	// Turns says how many requests are in work at once.
	Turns `yaml:",inline"`
}

// FastCGI answers requests by a program that speaks FastCGI.
type FastCGI struct {
	// Address is where the program listens: unix:PATH, or host:port.
	Address string `yaml:"address,short"`

	// Upstream says what it is told, and what it may do.
	Upstream `yaml:",inline"`

	// Keep is how many connections are kept for the next request, by FastCGI; a
	// program of processes should have more of these. The default is at-once.
	Keep Count `yaml:"keep"`

	// KeepFor is how long a connection is kept without a request. The default is
	// 10s.
	KeepFor Duration `yaml:"keep-for"`
}

// SCGI answers requests by a program that speaks SCGI.
type SCGI struct {
	// Address is where the program listens: unix:PATH, or host:port.
	Address string `yaml:"address,short"`

	// Upstream says what it is told, and what it may do.
	Upstream `yaml:",inline"`
}

// UWSGI answers requests by a program that speaks the uwsgi protocol.
type UWSGI struct {
	// Address is where the program listens: unix:PATH, or host:port.
	Address string `yaml:"address,short"`

	// Upstream says what it is told, and what it may do.
	Upstream `yaml:",inline"`
}

// upstreams makes the mounts of a place that a program answers for which runs on
// its own. It reports whether the place is one.
func (m *mounts) upstreams(path, prefix string, p *Place) bool {
	found := 0
	if c := p.FastCGI; c != nil {
		found++
		m.upstream("fastcgi", fastcgi.Protocol{}, path, prefix, p, c.Address, &c.Upstream)
	}
	if c := p.SCGI; c != nil {
		found++
		m.upstream("scgi", scgi.Protocol{}, path, prefix, p, c.Address, &c.Upstream)
	}
	if c := p.UWSGI; c != nil {
		found++
		m.upstream("uwsgi", uwsgi.Protocol{}, path, prefix, p, c.Address, &c.Upstream)
	}
	if c := p.Proxy; c != nil {
		found++
		m.proxy(path, prefix, p)
	}
	if found > 1 || found > 0 && (p.CGI != nil || p.WSGI != nil || p.ASGI != nil) {
		m.b.bad(path, "a place has one of asgi, cgi, fastcgi, scgi, uwsgi, wsgi and upstream")
	}
	return found > 0
}

// upstream makes the mount of a place that a program answers for. The name of its
// key is that of the protocol.
func (m *mounts) upstream(key string, protocol gateway.Protocol, path, prefix string, p *Place, address string, c *Upstream) {
	b, at := m.b, join(path, key)
	if p.Put != nil || p.WebDAV != nil || p.Listing != nil || p.Cache != nil || p.Fallback != "" {
		b.bad(at, "a program answers here: it goes with no listing, cache, put or webdav, and its fallback stands in %s", key)
	}
	b.bounded(join(at, "at-once"), int64(c.AtOnce))
	b.bounded(join(at, "largest"), int64(c.Largest))
	b.bounded(join(at, "connect"), int64(c.Connect))
	if name, ok := strings.CutPrefix(address, "unix:"); ok {
		address = "unix:" + b.c.socket(join(at, "address"), name)
	}
	up := c.upstream()
	up.Address = address
	if p.FastCGI != nil {
		b.bounded(join(at, "keep-for"), int64(p.FastCGI.KeepFor))
		up.Keep, up.KeepFor = int(p.FastCGI.Keep), time.Duration(max(p.FastCGI.KeepFor, 0))
	}
	if p.Root != "" {
		up.Root = b.c.absolute(join(path, "root"), p.Root)
	}
	if c.Documents != "" {
		up.Documents = b.c.absolute(join(at, "documents"), c.Documents)
	}
	only := gateway.Upstream{Address: address}
	if err := only.Validate(); err != nil && address == "" {
		b.lacks(at, "%w", err)
		return
	} else if err != nil {
		b.wrong(join(at, "address"), err)
		return
	}
	if err := up.Open(); err != nil {
		b.wrong(at, err)
		return
	}
	b.s.closers = append(b.s.closers, up.Close)
	log := m.errorLog()
	m.all = append(m.all, pipelines.Mount{Path: cmp.Or(prefix, "/"), Name: m.name(strings.ToUpper(key)), Handler: func() http1.HandlerPart {
		return &gateway.Handler{Upstream: up, Protocol: protocol, Prefix: prefix, Log: log()}
	}})
}

// errorLog returns what finds the log of what programs say, when a graph is made.
func (m *mounts) errorLog() func() *axon.Inbox[error] {
	site := m.b.s.Site
	return func() *axon.Inbox[error] {
		if site.ErrorLog == nil {
			return nil
		}
		return &site.ErrorLog.Inbox
	}
}

// upstream makes a gateway.Upstream of what is said, but for where it is.
func (c *Upstream) upstream() *gateway.Upstream {
	up := &gateway.Upstream{
		Extensions: c.Extensions, Index: c.Index, Fallback: c.Fallback,
		Variables: gateway.Variables{Authorization: c.Authorization},
		Bodies:    gateway.Bodies{RefuseChunked: c.RefuseChunked, Largest: int64(max(c.Largest, 0))},
		Limits: gateway.Limits{
			First: time.Duration(c.First), Idle: time.Duration(c.Idle), Run: time.Duration(max(c.Run, 0)), Output: int64(max(c.Output, 0)),
		},
		Connect: time.Duration(max(c.Connect, 0)),
		Gate:    c.Turns.gate(),
	}
	for key, value := range c.Env {
		up.Env = append(up.Env, key+"="+value)
	}
	slices.Sort(up.Env)
	return up
}

// absolute returns the name of a file that another program is to know.
func (c *Config) absolute(path, name string) string {
	file := c.file(path, name)
	if abs, err := filepath.Abs(file); err == nil {
		return abs
	}
	return file
}
