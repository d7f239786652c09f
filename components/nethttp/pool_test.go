package nethttp_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/axon/axontest"
	"github.com/kamaelia-go/kamaelia/components/http1"
	"github.com/kamaelia-go/kamaelia/components/nethttp"
)

// A request that is given up takes its instance with it.
func TestGraph_RequestGivenUp(t *testing.T) {
	a := newApplication(t)
	g := a.graph(t)
	ctx, cancel := context.WithCancel(t.Context())
	why, served := make(chan int, 1), a.waiting
	go func() {
		rec := httptest.NewRecorder()
		g.ServeHTTP(rec, httptest.NewRequestWithContext(ctx, "GET", "/wait", nil))
		why <- rec.Code
	}()
	within(t, "request", served)
	cancel()
	if status := within(t, "answer", why); status != 503 && status != 500 { // of whoever notices first
		t.Error(status)
	}
	if err := within(t, "end of the handler", a.ended); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	rec := httptest.NewRecorder()
	g.ServeHTTP(rec, httptest.NewRequest("GET", "/", nil))
	if rec.Code != 200 {
		t.Error(rec.Code)
	}
}

// No more requests than Most are answered at once; the others wait, and no new
// instance is made for those that come later.
func TestGraph_Pool(t *testing.T) {
	a := newApplication(t)
	g := a.graph(t)
	g.Most = 3
	var mu sync.Mutex
	made := 0
	g.Application = func(source *nethttp.Source, sink *nethttp.Sink) *axon.Graph {
		mu.Lock()
		defer mu.Unlock()
		made++
		return a.Application(source, sink)
	}
	codes := make(chan int, 30)
	for range cap(codes) {
		go func() {
			rec := httptest.NewRecorder()
			g.ServeHTTP(rec, httptest.NewRequest("GET", "/wait", nil))
			codes <- rec.Code
		}()
	}
	for range g.Most {
		within(t, "request", a.waiting)
	}
	select {
	case <-a.waiting:
		t.Error("more than Most are answered at once")
	default:
	}
	go func() {
		for range cap(codes) - 3 {
			<-a.waiting
		}
	}()
	for range cap(codes) {
		a.gate <- struct{}{}
	}
	for range cap(codes) {
		if code := within(t, "answer", codes); code != 200 {
			t.Error(code)
		}
	}
	if made != 3 {
		t.Errorf("%d instances were made", made)
	}
}

// A Pool that was told to finish, while a request is under way, starts no instance for
// another one, whose context ends, or does not.
func TestPool_Finished(t *testing.T) {
	a := newApplication(t)
	g := &nethttp.Graph{Application: a.Application}
	pool := g.Part()
	h := axontest.Run(t, pool)
	first := make(chan int, 1)
	go func() {
		rec := httptest.NewRecorder()
		g.ServeHTTP(rec, httptest.NewRequest("GET", "/wait", nil))
		first <- rec.Code
	}()
	within(t, "request", a.waiting)
	pool.Finish()
	for name, ctx := range map[string]func() context.Context{
		"a context that does not end": t.Context,
		"one that has ended": func() context.Context {
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			return ctx
		},
	} {
		code := make(chan int, 1)
		go func() {
			rec := httptest.NewRecorder()
			g.ServeHTTP(rec, httptest.NewRequestWithContext(ctx(), "GET", "/", nil))
			code <- rec.Code
		}()
		if got := within(t, "answer with "+name, code); got != 503 {
			t.Errorf("%s: %d", name, got)
		}
	}
	a.gate <- struct{}{}
	if got := within(t, "first answer", first); got != 200 {
		t.Error(got)
	}
	g.Renew() // lets go of the instance that is kept
	if err := h.Wait(); err != nil {
		t.Error(err)
	}
}

// dies is a handler whose failure ends its graph.
type dies struct{ http1.Handler }

func (d *dies) Lost(context.Context, *axon.Fault) {}

func (d *dies) Main(ctx context.Context) error {
	if _, err := d.Inbox.Recv(ctx); err != nil {
		return err
	}
	return errors.New("gone for good")
}

func TestGraph_InstanceFails(t *testing.T) {
	var mu sync.Mutex
	var reports []error
	n := 0
	g := &nethttp.Graph{
		Report: func(err error) {
			mu.Lock()
			defer mu.Unlock()
			reports = append(reports, err)
		},
		Application: func(source *nethttp.Source, sink *nethttp.Sink) *axon.Graph {
			switch n++; n {
			case 1:
				panic("no application")
			case 2:
				return &axon.Graph{Name: "unlinked", Parts: axon.Parts{{Name: "SOURCE", Component: source}}}
			}
			h := &dies{}
			return &axon.Graph{Name: "dies", Parts: axon.Parts{
				{Name: "SOURCE", Component: source}, {Name: "DIES", Component: h}, {Name: "SINK", Component: sink},
			}, Links: axon.Links{
				axon.Link(&source.Outbox, &h.Inbox), axon.Link(&h.Outbox, &sink.Inbox),
				axon.Discard(&source.Failures), axon.Discard(&h.Failures), axon.Discard(&sink.Failures),
			}}
		},
	}
	defer g.Close()
	for range 5 {
		rec := httptest.NewRecorder()
		g.ServeHTTP(rec, httptest.NewRequest("GET", "/", nil))
		if rec.Code != 500 || rec.Body.String() != "Internal Server Error\n" {
			t.Errorf("%d %q", rec.Code, rec.Body)
		}
	}
	if len(reports) != 5 {
		t.Errorf("%d reports: %v", len(reports), reports)
	}
	g.Close()
	rec := httptest.NewRecorder()
	g.ServeHTTP(rec, httptest.NewRequest("GET", "/", nil))
	if rec.Code != 503 {
		t.Errorf("after Close: %d", rec.Code)
	}
}

// An answer that breaks off cuts the connection.
func TestGraph_AnswerBreaksOff(t *testing.T) {
	address := server(t, newApplication(t).graph(t))
	for _, path := range []string{"/later/panic", "/later/abort", "/later/less"} {
		resp, err := client(t).Do(request(t, "GET", "http://"+address+path, nil))
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if string(body) != "part" || !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%s: %q, %v", path, body, err)
		}
	}
}

// A body that nobody reads is not asked for.
func TestGraph_ExpectContinue(t *testing.T) {
	address := server(t, newApplication(t).graph(t))
	for path, want := range map[string]string{"/read": "HTTP/1.1 100 Continue\r\n", "/deaf": "HTTP/1.1 403 Forbidden\r\n"} {
		c := dial(t, address)
		io.WriteString(c, "POST "+path+" HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n")
		if line, err := bufio.NewReader(c).ReadString('\n'); line != want {
			t.Errorf("%s: %q %v", path, line, err)
		}
	}
}

// Close ends what would last for ever: a request that waits, a stream, an upload
// that does not come.
func TestGraph_CloseEndsAll(t *testing.T) {
	a := newApplication(t)
	g := a.graph(t)
	address := server(t, g)
	ended := make(chan error, 3)
	for _, head := range []string{
		"GET /wait HTTP/1.1\r\nHost: h\r\n\r\n",
		"GET /ticks HTTP/1.1\r\nHost: h\r\n\r\n",
		"POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\n12",
	} {
		c := dial(t, address)
		io.WriteString(c, head)
		if strings.HasPrefix(head, "GET /wait") {
			within(t, "request", a.waiting)
		} else {
			if strings.HasPrefix(head, "GET /ticks") {
				a.ask <- "one"
			}
			if _, err := c.Read(make([]byte, 1)); err != nil {
				t.Fatal(err)
			}
		}
		go func() {
			_, err := io.Copy(io.Discard, c)
			ended <- err
		}()
	}
	g.Close()
	for range 2 { // the third is answered 503
		within(t, "end of the connection", ended)
	}
}

// A handler that has failed so often that it was given up takes its instance with it:
// the next request has another one.
func TestGraph_HandlerGivenUp(t *testing.T) {
	a := newApplication(t)
	g := a.graph(t)
	for i := range 150 {
		rec := httptest.NewRecorder()
		g.ServeHTTP(rec, httptest.NewRequest("GET", "/panic", nil))
		if rec.Code != 500 {
			t.Fatalf("request %d: %d", i, rec.Code)
		}
	}
}

// slowly is a http.ResponseWriter with a request's body that does not come, and whose
// read ends with the deadline.
type slowly struct {
	*httptest.ResponseRecorder
	mu      sync.Mutex
	passed  bool
	changed chan struct{}
	before  func() // the first deadline is set
	over    chan struct{}
}

func (s *slowly) SetReadDeadline(t time.Time) error {
	passed := time.Until(t) < 0
	s.mu.Lock()
	before := s.before
	if !passed {
		s.before = nil
	}
	s.mu.Unlock()
	if !passed && before != nil {
		before()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.passed = passed
	close(s.changed)
	s.changed = make(chan struct{})
	return nil
}

func (s *slowly) Read([]byte) (int, error) {
	for {
		s.mu.Lock()
		passed, changed := s.passed, s.changed
		s.mu.Unlock()
		if passed {
			return 0, os.ErrDeadlineExceeded
		}
		select {
		case <-changed:
		case <-s.over:
			return 0, io.EOF
		}
	}
}

// awaitPassed returns when a deadline was set that has passed.
func (s *slowly) awaitPassed() {
	for {
		s.mu.Lock()
		passed, changed := s.passed, s.changed
		s.mu.Unlock()
		if passed {
			return
		}
		<-changed
	}
}

// A shutdown ends the read of a body also when it comes just as the time for that is set.
func TestGraph_CloseMeetsDeadline(t *testing.T) {
	a := newApplication(t)
	g := &nethttp.Graph{Application: a.Application}
	w := &slowly{ResponseRecorder: httptest.NewRecorder(), changed: make(chan struct{}), over: make(chan struct{})}
	defer close(w.over)
	closed := make(chan error, 1)
	w.before = func() {
		go func() { closed <- g.Close() }()
		w.awaitPassed()
	}
	served := make(chan struct{})
	go func() {
		defer close(served)
		g.Serve(w, httptest.NewRequest("POST", "/read", w), nethttp.Visit{BodyTime: time.Hour})
	}()
	select {
	case <-served:
	case <-time.After(2 * time.Second):
		t.Fatal("the read goes on")
	}
	<-closed
}
