package httpcache

import (
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/axon/axontest"
	"github.com/kamaelia-go/kamaelia/components/http1"
)

func TestMain(m *testing.M) { axontest.Main(m) }

// A site is a Lookup and a Keeper, between which the test is the handler.
type site struct {
	t      *testing.T
	store  *Store
	lookup *Lookup
	keeper *Keeper
	l, k   *axontest.Harness
}

// inBubble runs a test with a site, in a bubble of synctest.
func inBubble(t *testing.T, name string, store *Store, f func(s *site)) {
	t.Run(name, func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			if store == nil {
				store = new(Store)
			}
			f(newSite(t, store))
		})
	})
}

func newSite(t *testing.T, store *Store) *site {
	s := &site{t: t, store: store, lookup: &Lookup{Store: store}, keeper: &Keeper{Store: store}}
	policy := axontest.WithPolicy(axon.Policy{Restarts: -1})
	s.l, s.k = axontest.Run(t, s.lookup, policy), axontest.Run(t, s.keeper, policy)
	return s
}

// request is a GET for a path, with fields.
func request(path string, fields ...string) *http1.Request {
	target := path
	path, query, _ := strings.Cut(path, "?")
	req := &http1.Request{Method: "GET", Target: target, Path: path, RawPath: path, Query: query, Host: "example.org", Major: 1, Minor: 1}
	for i := 0; i < len(fields); i += 2 {
		req.Header.Add(fields[i], fields[i+1])
	}
	return req
}

func with(method string, req *http1.Request) *http1.Request {
	req.Method = method
	return req
}

// send puts a request in, and returns what the handler is asked, or what the
// client gets; both are nil while it waits.
func (s *site) send(req *http1.Request) (on *http1.Request, got *answer) {
	s.t.Helper()
	axontest.Send(s.l, &s.lookup.Inbox, req)
	return s.outcome(req)
}

func (s *site) outcome(req *http1.Request) (on *http1.Request, got *answer) {
	s.t.Helper()
	if resp, ok := axontest.Try(s.l, &s.lookup.Answers); ok {
		got = s.read(resp, req)
	}
	if f, ok := axontest.Try(s.l, &s.lookup.Failures); ok {
		if got != nil || f.Request != req || f.Cause == nil {
			s.t.Errorf("failure %v of %+v", f, f.Request)
		}
		got = &answer{status: f.Status, header: f.Header, failed: true}
	}
	if r, ok := axontest.Try(s.l, &s.lookup.Outbox); ok {
		on = r
	}
	return on, got
}

// hit sends a request that must be answered by the cache.
func (s *site) hit(req *http1.Request) *answer {
	s.t.Helper()
	on, got := s.send(req)
	if got == nil || on != nil {
		s.t.Fatalf("%s %s: the handler is asked", req.Method, req.Target)
	}
	return got
}

// miss sends a request that must go to the handler.
func (s *site) miss(req *http1.Request) *http1.Request {
	s.t.Helper()
	on, got := s.send(req)
	if got != nil || on == nil {
		s.t.Fatalf("%s %s: the handler is not asked; answer %+v", req.Method, req.Target, got)
	}
	return on
}

// An answer is what a client gets.
type answer struct {
	status int
	header http1.Header
	body   string
	failed bool
}

func (a *answer) String() string { return fmt.Sprintf("%d %q %v", a.status, a.body, a.header) }

// read reads a response as the Writer does.
func (s *site) read(resp *http1.Response, req *http1.Request) *answer {
	s.t.Helper()
	if err := resp.Validate(); err != nil || req != nil && resp.Request != req {
		s.t.Errorf("a response to %p, want %p: %v", resp.Request, req, err)
	}
	a := &answer{status: resp.Status}
	for f := range resp.Fields() {
		a.header = append(a.header, f)
	}
	switch {
	case resp.Request.Method == "HEAD" || resp.Status == 304:
	case resp.Stream != nil:
		b, err := io.ReadAll(resp.Stream)
		if a.body = string(b); err != nil {
			a.body += " " + err.Error()
		}
	case resp.File != nil:
		b := make([]byte, resp.File.Size)
		if _, err := resp.File.File.ReadAt(b, resp.File.Offset); err != nil {
			s.t.Error(err)
		}
		a.body = string(b)
	default:
		a.body = string(resp.Bytes)
	}
	resp.Discard()
	return a
}

// reply lets the handler answer. It returns what the client gets, nil for nothing.
func (s *site) reply(resp *http1.Response) *answer {
	s.t.Helper()
	axontest.Send(s.k, &s.keeper.Inbox, resp)
	return s.passed()
}

// fail lets the handler fail.
func (s *site) fail(on *http1.Request, status int) *answer {
	s.t.Helper()
	axontest.Send(s.k, &s.keeper.Faults, &http1.Failure{Status: status, Cause: io.ErrUnexpectedEOF, Request: on})
	return s.passed()
}

func (s *site) passed() *answer {
	s.t.Helper()
	if f, ok := axontest.Try(s.k, &s.keeper.Failures); ok {
		return &answer{status: f.Status, header: f.Header, failed: true}
	}
	if resp, ok := axontest.Try(s.k, &s.keeper.Outbox); ok {
		return s.read(resp, nil)
	}
	return nil
}

// page is a 200 with fields.
func page(on *http1.Request, body string, fields ...string) *http1.Response {
	resp := &http1.Response{Request: on, Status: 200, Bytes: []byte(body)}
	for i := 0; i < len(fields); i += 2 {
		resp.Header.Add(fields[i], fields[i+1])
	}
	return resp
}

// store lets the handler answer a request, so that the answer is kept.
func (s *site) keep(path, body string, fields ...string) {
	s.t.Helper()
	if got := s.reply(page(s.miss(request(path)), body, fields...)); got == nil || got.body != body || got.status != 200 {
		s.t.Fatalf("the first client gets %v", got)
	}
}

// after lets time pass.
func after(d time.Duration) { time.Sleep(d) }

// httpDate is a time from the bubble's now.
func httpDate(d time.Duration) string { return string(http1.AppendDate(nil, time.Now().Add(d))) }

// fieldList makes a Header of names and values.
func fieldList(fields ...string) (h http1.Header) {
	for i := 0; i < len(fields); i += 2 {
		h.Add(fields[i], fields[i+1])
	}
	return h
}

// closing is an empty stream that notes that it is closed.
type closing struct{ closed bool }

func (c *closing) Read([]byte) (int, error) { return 0, io.EOF }
func (c *closing) Close() error             { c.closed = true; return nil }

// reading is how many bytes are set aside for bodies that are being read.
func (s *site) reading() int64 {
	s.store.mu.Lock()
	defer s.store.mu.Unlock()
	return s.store.reading
}

// keys is for how many URIs something is kept.
func (s *site) keys() int {
	s.store.mu.Lock()
	defer s.store.mu.Unlock()
	return len(s.store.table)
}
