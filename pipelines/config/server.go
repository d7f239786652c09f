package config

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/kamaelia-go/kamaelia/components/accesslog"
	"github.com/kamaelia-go/kamaelia/components/http1"
	"github.com/kamaelia-go/kamaelia/components/tcp"
	"github.com/kamaelia-go/kamaelia/pipelines"
)

// How long requests under way may take: as a rule, and if they are to be cut. The
// latter is for the parts of the graph, which need a moment to end.
const (
	defaultGrace = 10 * time.Second
	leastGrace   = 100 * time.Millisecond
)

// server fills in what all sites have in common.
func (b *builder) server() {
	c, site := b.c, b.s.Site
	site.Limits, site.Patience = b.limits(), time.Duration(max(c.Timeouts.Errors, 0))
	site.Most, site.MostEach = int(c.Limits.Connections), int(max(c.Limits.PerAddress, 0))
	b.oneOf("limits.when-full", c.Limits.WhenFull, "queue", "answer", "close")
	site.Full = map[string]tcp.Full{"answer": tcp.Answer, "close": tcp.Close}[c.Limits.WhenFull]
	site.Name, site.Trace, site.Methods = c.ServerName, c.Trace, c.Methods
	if site.Grace = cmp.Or(time.Duration(c.Grace), defaultGrace); c.Grace < 0 {
		site.Grace = leastGrace
	}
	site.Reuse = true
	site.Timed = c.AccessLog.Timings
	if r := c.RequestID; r != nil {
		site.RequestID, site.TrustID = true, r.Trust
	}
	for i, m := range c.Methods {
		b.token(fmt.Sprintf("methods[%d]", i), m)
	}
	one := http1.Response{Request: new(http1.Request), Status: 200, Header: http1.Header{{Name: "Server", Value: c.ServerName}}}
	if one.Validate() != nil {
		b.bad("server-name", "%q has a character that can not be sent", c.ServerName)
	}
	if c.Timeouts.Errors < 0 {
		b.bad("timeouts.errors", "off is not possible here: a client would wait for ever")
	}
	b.http2()
	b.hsts()
	b.accessLog()
	b.listeners()
}

// limits makes the limits of connections.
func (b *builder) limits() http1.Limits {
	l, t := &b.c.Limits, &b.c.Timeouts
	for path, size := range map[string]Size{
		"target": l.Target, "head": l.Head, "chunk-line": l.ChunkLine, "trailer": l.Trailer, "drain": l.Drain,
		"fields": Size(l.Fields), "pipeline": Size(l.Pipeline),
	} {
		if size < 0 {
			b.bad("limits."+path, "off is not possible here: a client could fill the memory")
		} else if size > 1<<30 {
			b.bad("limits."+path, "%v is more than %v", size, Size(1<<30))
		}
	}
	limits := http1.Limits{
		Target: int(max(l.Target, 0)), Head: int(max(l.Head, 0)), Fields: int(max(l.Fields, 0)), Body: int64(max(l.Body, 0)),
		BodyRate: int64(l.BodyRate), ChunkLine: int(max(l.ChunkLine, 0)), Trailer: int(max(l.Trailer, 0)), Drain: int64(max(l.Drain, 0)),
		Pipeline: int(max(l.Pipeline, 0)), Requests: int(max(l.Requests, 0)),
		HeadTime: time.Duration(t.Head), BodyTime: time.Duration(t.Body), Idle: time.Duration(t.Idle), Stall: time.Duration(t.Stall),
	}
	if err := limits.Validate(); err != nil {
		head := Size(limits.Applied().Head)
		b.bad("limits.target", "%v leaves no room in a head of %v", l.Target, head)
	}
	return limits
}

func (b *builder) http2() {
	h := &b.c.HTTP2
	streams, most := b.some("http2.streams", h.Streams), b.some("http2.most", h.Most)
	if h.Off && h.Plain {
		b.bad("http2", "it is off, and plain")
	}
	b.s.Site.HTTP2 = pipelines.HTTP2{Off: h.Off, Plain: h.Plain, Streams: streams, Most: most}
}

func (b *builder) hsts() {
	if b.c.HSTS == nil {
		return
	}
	age := b.c.HSTS.MaxAge
	if age == 0 {
		age = Duration(365 * day)
	}
	h := &http1.HSTS{MaxAge: time.Duration(max(age, 0)), Subdomains: b.c.HSTS.Subdomains, Preload: b.c.HSTS.Preload}
	if h.Validate() != nil {
		b.bad("hsts.preload", "it asks for subdomains, and a max-age of a year at least")
	}
	b.s.Site.HSTS = h
}

// accessLog makes the part that logs. Its file is opened by Open.
func (b *builder) accessLog() {
	l := &b.c.AccessLog
	if l.File == "off" {
		if l.Format != "" || l.IDs || l.Timings {
			b.bad("access-log", "it is off, and has a form")
		}
		return
	}
	format, err := accesslog.ParseFormat(cmp.Or(l.Format, "combined"))
	if err != nil {
		b.wrong("access-log.format", err)
	}
	b.s.Site.AccessLog = &accesslog.Log{Format: format, IDs: l.IDs}
	if name := b.logFile(); name != "" {
		if fi, err := os.Stat(filepath.Dir(name)); err != nil {
			b.missing("access-log.file", fmt.Errorf("cannot write %s: %w", name, bare(err)))
		} else if !fi.IsDir() {
			b.missing("access-log.file", fmt.Errorf("cannot write %s: %s is not a directory", name, filepath.Dir(name)))
		}
	}
}

// logFile is the name of the access log's file; "" is the standard output.
func (b *builder) logFile() string {
	if f := b.c.AccessLog.File; f != "" && f != "-" {
		return b.c.file("access-log.file", f)
	}
	return ""
}
