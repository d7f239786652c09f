package config

import (
	"cmp"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/http1"
	"github.com/kamaelia-go/kamaelia/components/proxy"
	"github.com/kamaelia-go/kamaelia/pipelines"
)

// Proxy answers requests by another server of HTTP.
type Proxy struct {
	// URL is where that is: http://host:port, https://host, or unix:/path. A path
	// behind the host takes the place of the prefix.
	URL string `yaml:"url,short"`

	// Host is what the Host field says. The default is what the client's says.
	Host string `yaml:"host"`

	// TrustForwarded lets the fields Forwarded and X-Forwarded-* of requests count,
	// since a proxy before this server sets them. By default they are replaced.
	TrustForwarded bool `yaml:"trust-forwarded"`

	// Authorization passes that field on also if a password was asked for here.
	Authorization bool `yaml:"authorization"`

	// Connect is how long it may take to connect. The default is 5s.
	Connect Duration `yaml:"connect"`

	// First is how long it may take to begin an answer. The default is 60s.
	First Duration `yaml:"first"`

	// Idle is how long it may be silent in its answer. The default is 60s.
	Idle Duration `yaml:"silence"`

	// Keep is how many connections are kept for the next request. The default is
	// at-once.
	Keep Count `yaml:"keep"`

	// KeepFor is how long a connection is kept without a request. The default is
	// 10s.
	KeepFor Duration `yaml:"keep-for"`

	// Health is a path that is asked for from time to time. While it answers with
	// an error, or not at all, requests get 503.
	Health string `yaml:"health"`

	// Every is how long it is between two looks. The default is 5s.
	Every Duration `yaml:"every"`

	// Turns says how many requests are in work at once.
	Turns `yaml:",inline"`
}

// proxy makes the mount of a place that another server answers for.
func (m *mounts) proxy(path, prefix string, p *Place) {
	b, c, at := m.b, p.Proxy, join(path, "upstream")
	if p.Root != "" || p.Put != nil || p.WebDAV != nil || p.Listing != nil || p.Cache != nil || p.Fallback != "" {
		b.bad(at, "another server answers here: it goes with no root, listing, cache, put, webdav or fallback")
	}
	for key, n := range map[string]int64{
		"at-once": int64(c.AtOnce), "connect": int64(c.Connect), "keep-for": int64(c.KeepFor), "every": int64(c.Every),
	} {
		b.bounded(join(at, key), n)
	}
	up := &proxy.Upstream{
		URL: c.URL, Host: c.Host, TrustForwarded: c.TrustForwarded, Authorization: c.Authorization,
		Connect: time.Duration(max(c.Connect, 0)), First: time.Duration(c.First), Idle: time.Duration(c.Idle),
		Keep: int(c.Keep), KeepFor: time.Duration(max(c.KeepFor, 0)), Health: c.Health, Every: time.Duration(max(c.Every, 0)),
		Gate: c.Turns.gate(),
	}
	only := proxy.Upstream{URL: c.URL}
	if err := only.Validate(); err != nil && c.URL == "" {
		b.lacks(at, "%w", err)
		return
	} else if err != nil {
		b.wrong(join(at, "url"), err)
		return
	}
	if err := up.Open(); err != nil {
		b.wrong(at, err)
		return
	}
	b.s.closers = append(b.s.closers, up.Close)
	site, log := b.s.Site, m.errorLog()
	handler := func() http1.HandlerPart {
		return &proxy.Handler{Upstream: up, Prefix: prefix, Log: log()}
	}
	if c.Health != "" {
		site.Beside = append(site.Beside, func() *axon.Graph { return up.Graph(log()) })
	}
	m.all = append(m.all, pipelines.Mount{Path: cmp.Or(prefix, "/"), Name: m.name("UPSTREAM"), Handler: handler})
}
