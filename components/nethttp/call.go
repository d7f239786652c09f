package nethttp

import (
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync"

	"github.com/kamaelia-go/kamaelia/components/http1"
)

// A call is a request on its way through an instance.
type call struct {
	req    *http1.Request
	fault  *http1.Failure // in place of req: its target is none
	from   *http.Request
	writer http.ResponseWriter
	visit  Visit
	pace   *paced // the body; nil if it may come as slowly as it likes

	taken  bool          // by the Source
	wanted chan struct{} // closed when a handler reads the body; nil if there is none
	done   chan struct{} // closed when the Source needs nothing of the body any more
}

// newCall makes of a request what a connection's parser would have made of it.
func newCall(w http.ResponseWriter, r *http.Request, v Visit) *call {
	c := &call{from: r, writer: w, visit: v}
	c.req = &http1.Request{
		Method: r.Method, Host: r.Host, Major: 1, Minor: 1,
		Header:        fieldsOf(r.Header, http1.Field{Name: "Host", Value: r.Host}),
		ContentLength: r.ContentLength,
	}
	if v.Conn != nil {
		c.req.Conn = v.Conn.Stream(r.Context())
	} else {
		c.req.Conn = connOf(r)
	}
	if r.Method == "" {
		c.req.Method = http.MethodGet
	}
	switch {
	case r.ProtoMajor == 1 && r.ProtoMinor == 0:
		c.req.Minor = 0
	case r.ProtoMajor == 2:
		c.req.Major, c.req.Minor = 2, 0
	}
	if r.Body == nil || r.Body == http.NoBody {
		c.req.ContentLength = 0
	} else if r.ContentLength != 0 {
		c.wanted, c.done = make(chan struct{}), make(chan struct{})
		c.req.Body = http1.NewBody(0)
		c.req.Body.OnFirstRead(sync.OnceFunc(func() { close(c.wanted) }))
	}
	if v.Arrived != nil {
		v.Arrived(c.req)
	}
	err := c.req.SetTarget(targetOf(r))
	if err == nil {
		err = c.visit.bound(c)
	}
	if err != nil {
		if !errors.As(err, &c.fault) {
			c.fault = &http1.Failure{Status: http.StatusBadRequest, Cause: err}
		}
		c.fault.Request = c.req
	}
	return c
}

// targetOf returns the request-target. The URL says more than RequestURI does:
// http.StripPrefix and the like change it.
func targetOf(r *http.Request) string {
	if r.Method == http.MethodConnect {
		return r.Host
	}
	target := r.URL.RequestURI()
	if target != "*" && !strings.HasPrefix(target, "/") {
		target = "/" + target
	}
	return target
}

// connOf tells of the connection what net/http does.
func connOf(r *http.Request) *http1.Conn {
	c := &http1.Conn{Remote: remoteOf(r), TLS: r.TLS != nil, Base: r.Context()}
	if r.TLS != nil {
		c.Secure = told{r.TLS}
	}
	if local, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr); ok {
		c.Local = local
	}
	return c
}

// remoteOf returns the client's address.
func remoteOf(r *http.Request) net.Addr {
	if at, err := netip.ParseAddrPort(r.RemoteAddr); err == nil {
		return net.TCPAddrFromAddrPort(at)
	}
	return named(r.RemoteAddr)
}

// told is what net/http tells of the encryption.
type told struct{ state *tls.ConnectionState }

func (t told) ConnectionState() tls.ConnectionState { return *t.state }

// named is an address that is no more than its name.
type named string

func (n named) Network() string { return "" }
func (n named) String() string  { return string(n) }

// fieldsOf returns header fields in the order of their names, behind some others.
func fieldsOf(header http.Header, first ...http1.Field) http1.Header {
	var room [32]string
	names, n := room[:0], len(first)
	for name, values := range header {
		names = append(names, name)
		n += len(values)
	}
	slices.Sort(names)
	fields := append(make(http1.Header, 0, n), first...)
	for _, name := range names {
		for _, value := range header[name] {
			fields = append(fields, http1.Field{Name: name, Value: value})
		}
	}
	return fields
}

// feeding reports whether the body of the request is being read.
func (c *call) feeding() bool {
	select {
	case <-c.wanted:
	default:
		return false
	}
	select {
	case <-c.done:
		return false
	default:
		return true
	}
}

// leave returns when nobody reads the http.Request's body any more. If a read of
// it waits for the client, the answer is sent before.
func (c *call) leave(answered bool) {
	if c.req.Body != nil {
		_ = c.req.Body.Close()
	}
	if !c.taken || c.done == nil {
		return
	}
	if answered && c.feeding() {
		_ = http.NewResponseController(c.writer).Flush()
	}
	<-c.done
}
