package httpcache

import (
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/axon/axontest"
	"github.com/kamaelia-go/kamaelia/components/http1"
)

func TestLookup_Conform(t *testing.T) {
	axontest.Conform(t, func() axon.Component { return &Lookup{Store: new(Store)} },
		axontest.FeedFunc("inbox", func() []*http1.Request {
			return []*http1.Request{request("/", control, "no-cache"), request("/", control, "only-if-cached"), with("PUT", request("/"))}
		}))
}

func TestKeeper_Conform(t *testing.T) {
	axontest.Conform(t, func() axon.Component { return &Keeper{Store: new(Store)} },
		axontest.FeedFunc("inbox", func() []*http1.Response {
			return []*http1.Response{page(request("/"), "body"), notChanged(request("/"))}
		}),
		axontest.FeedFunc("faults", func() []*http1.Failure {
			return []*http1.Failure{{Status: 500, Request: request("/")}}
		}))
}

func TestStore_Validate(t *testing.T) {
	for name, c := range map[string]struct {
		store *Store
		want  string
	}{
		"zero":      {&Store{}, ""},
		"all":       {&Store{Memory: 1, Largest: 1, Variants: 1, Heuristic: 0.1, Wait: -1, Deaf: true, Name: "here"}, ""},
		"memory":    {&Store{Memory: -1}, "Memory"},
		"largest":   {&Store{Largest: -1}, "Largest"},
		"variants":  {&Store{Variants: -1}, "Variants"},
		"heuristic": {&Store{Heuristic: 2}, "Heuristic"},
		"NaN":       {&Store{Heuristic: math.NaN()}, "Heuristic"},
		"name":      {&Store{Name: "not a token"}, "Name"},
	} {
		t.Run(name, func(t *testing.T) {
			for _, err := range []error{(&Lookup{Store: c.store}).Validate(), (&Keeper{Store: c.store}).Validate()} {
				if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
					t.Errorf("%v, want %q", err, c.want)
				}
			}
		})
	}
	if (&Lookup{}).Validate() == nil || (&Keeper{}).Validate() == nil {
		t.Error("no Store is no mistake")
	}
}

// What is kept never takes more than Memory, and what was not used goes first.
func TestStore_Memory(t *testing.T) {
	inBubble(t, "bytes", &Store{Memory: 40_000}, func(s *site) {
		for i := range 100 {
			s.keep(fmt.Sprint("/", i), strings.Repeat("x", 3000), control, "max-age=60")
			if i >= 1 {
				s.hit(request("/0"))
			}
			if b := s.store.Stats().Bytes; b > 40_000 {
				s.t.Fatalf("%d bytes", b)
			}
		}
		s.hit(request("/99"))
		s.miss(request("/1"))
		if n := s.store.Stats(); n.Evicted == 0 || n.Entries < 8 || n.Entries != s.keys() {
			s.t.Errorf("%+v", n)
		}
	})
	inBubble(t, "streams that are being read", &Store{Memory: 40_000, Largest: 10_000}, func(s *site) {
		s.keep("/", strings.Repeat("x", 3000), control, "max-age=60")
		var open []*http1.Response
		for i := range 10 {
			on := s.miss(request(fmt.Sprint("/", i)))
			axontest.Send(s.k, &s.keeper.Inbox, &http1.Response{Request: on, Status: 200, Stream: endless{}, Header: fieldList(control, "max-age=60")})
			resp := axontest.Recv(s.k, &s.keeper.Outbox)
			if _, err := io.CopyN(io.Discard, resp.Stream, 8000); err != nil {
				s.t.Fatal(err)
			}
			open = append(open, resp)
			if n := s.store.Stats(); n.Bytes > 40_000 || s.reading() > 20_000 {
				s.t.Fatalf("%d bytes, %d of them being read", n.Bytes, s.reading())
			}
		}
		for _, resp := range open {
			resp.Discard()
		}
		if s.reading() != 0 {
			s.t.Errorf("%d bytes are still set aside", s.reading())
		}
	})
	inBubble(t, "larger than the memory", &Store{Memory: 1000}, func(s *site) {
		s.keep("/", strings.Repeat("x", 900), control, "max-age=60")
		if n := s.store.Stats(); n.Entries != 0 || n.Bytes != 0 {
			s.t.Errorf("%+v", n)
		}
	})
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { return min(len(p), 1000), nil }
func (endless) Close() error               { return nil }

// All kinds of bodies are kept, and none that is too large.
func TestStore_Bodies(t *testing.T) {
	name := filepath.Join(t.TempDir(), "f")
	whole := strings.Repeat("0123456789", 1000)
	if err := os.WriteFile(name, []byte(whole), 0o644); err != nil {
		t.Fatal(err)
	}
	stream := func(n int, length int64) func(*http1.Response) {
		return func(resp *http1.Response) {
			resp.Stream, resp.Length = io.NopCloser(strings.NewReader(whole[:n])), length
		}
	}
	section := func(offset, size int64) func(*http1.Response) {
		return func(resp *http1.Response) {
			f, err := os.Open(name)
			if err != nil {
				t.Fatal(err)
			}
			resp.File = &http1.Section{File: f, Offset: offset, Size: size}
		}
	}
	for name, c := range map[string]struct {
		body func(*http1.Response)
		want string
		kept bool
	}{
		"bytes":              {func(resp *http1.Response) { resp.Bytes = []byte(whole[:100]) }, whole[:100], true},
		"no body":            {func(*http1.Response) {}, "", true},
		"large bytes":        {func(resp *http1.Response) { resp.Bytes = []byte(whole[:5001]) }, whole[:5001], false},
		"a file":             {section(0, 5000), whole[:5000], true},
		"a part of a file":   {section(13, 20), whole[13:33], true},
		"a large file":       {section(0, 5001), whole[:5001], false},
		"a stream":           {stream(5000, 0), whole[:5000], true},
		"an empty stream":    {stream(0, 0), "", true},
		"a large stream":     {stream(5001, 0), whole[:5001], false},
		"a known length":     {stream(100, 100), whole[:100], true},
		"a known large one":  {stream(5001, 5001), whole[:5001], false},
		"a stream too short": {stream(99, 100), whole[:99], false},
	} {
		inBubble(t, name, &Store{Largest: 5000}, func(s *site) {
			resp := &http1.Response{Request: s.miss(request("/")), Status: 200, Header: fieldList(control, "max-age=60")}
			c.body(resp)
			file := resp.File
			got := s.reply(resp)
			if got.body != c.want {
				s.t.Errorf("the client gets %d bytes", len(got.body))
			}
			if n := s.store.Stats(); (n.Entries == 1) != c.kept || s.reading() != 0 {
				s.t.Errorf("%+v, %d being read", n, s.reading())
			}
			if c.kept {
				if got := s.hit(request("/")); got.body != c.want {
					s.t.Errorf("then %d bytes", len(got.body))
				}
			}
			if file != nil {
				if _, err := file.File.Stat(); err == nil {
					s.t.Error("the file is open")
				}
			}
		})
	}
}

// Who knows a stream's length does not read its end.
func TestTee_Length(t *testing.T) {
	inBubble(t, "", nil, func(s *site) {
		on := s.miss(request("/"))
		body := &closesOnce{Reader: strings.NewReader("body")}
		axontest.Send(s.k, &s.keeper.Inbox, &http1.Response{Request: on, Status: 200, Stream: body, Length: 4, Header: fieldList(control, "max-age=60")})
		resp := axontest.Recv(s.k, &s.keeper.Outbox)
		if _, err := io.ReadFull(resp.Stream, make([]byte, 4)); err != nil {
			s.t.Fatal(err)
		}
		resp.Discard()
		if got := s.hit(request("/")); got.body != "body" || body.n != 1 {
			s.t.Errorf("%v, closed %d times", got, body.n)
		}
	})
}

type closesOnce struct {
	io.Reader
	n int
}

func (c *closesOnce) Close() error          { c.n++; return nil }
func (c *closesOnce) Trailer() http1.Header { return fieldList("Checked", "yes") }

func TestTee_Trailer(t *testing.T) {
	inBubble(t, "", nil, func(s *site) {
		axontest.Send(s.k, &s.keeper.Inbox, &http1.Response{Request: s.miss(request("/")), Status: 200, Stream: &closesOnce{Reader: strings.NewReader("x")}, Header: fieldList(control, "max-age=60")})
		resp := axontest.Recv(s.k, &s.keeper.Outbox)
		if got := resp.Stream.(interface{ Trailer() http1.Header }).Trailer().Get("Checked"); got != "yes" {
			s.t.Errorf("%q", got)
		}
		resp.Discard()
	})
}

func TestStore_Purge(t *testing.T) {
	inBubble(t, "one", &Store{Wait: -1}, func(s *site) {
		s.keep("/a", "body", control, "max-age=60")
		s.keep("/b", "body", control, "max-age=60")
		first := s.miss(request("/a", "Range", "bytes=0-1", control, "no-cache"))
		if n := s.store.Purge(with("PURGE", request("/a"))); n != 1 {
			s.t.Errorf("%d", n)
		}
		if n := s.store.Purge(request("/a")); n != 0 {
			s.t.Errorf("then %d", n)
		}
		s.reply(page(first, "old", control, "max-age=60"))
		s.miss(request("/a"))
		s.hit(request("/b"))
	})
	inBubble(t, "all", &Store{Wait: -1}, func(s *site) {
		s.keep("/a", "body", control, "max-age=60")
		first := s.miss(request("/b"))
		s.store.Clear()
		s.reply(page(first, "old", control, "max-age=60"))
		s.miss(request("/a"))
		s.miss(request("/b"))
		if n := s.store.Stats(); n.Entries != 0 || n.Bytes != 0 {
			s.t.Errorf("%+v", n)
		}
	})
}

// RFC 9211.
func TestCacheStatus(t *testing.T) {
	inBubble(t, "", &Store{Name: "here", Wait: -1}, func(s *site) {
		is := func(got *answer, want string) {
			s.t.Helper()
			if got == nil || got.header.Joined("Cache-Status") != want {
				s.t.Errorf("%v, want %s", got, want)
			}
		}
		fields := []string{control, "max-age=10, stale-if-error=60", "Vary", "A", "ETag", `"a"`}
		is(s.reply(page(s.miss(request("/")), "body", fields...)), "here; fwd=uri-miss; stored")
		is(s.hit(request("/")), "here; hit; ttl=10")
		is(s.reply(page(s.miss(request("/", "A", "1")), "body")), "here; fwd=vary-miss")
		is(s.reply(page(s.miss(request("/", control, "no-cache")), "body", fields...)), "here; fwd=request; stored")
		after(15 * time.Second)
		is(s.hit(request("/", control, "max-stale")), "here; hit; ttl=-5")
		is(s.fail(s.miss(request("/")), 503), "here; hit; fwd=stale; fwd-status=503")
		is(s.reply(notChanged(s.miss(request("/")))), "here; fwd=stale; fwd-status=304")
	})
}

func TestStats(t *testing.T) {
	inBubble(t, "", nil, func(s *site) {
		s.keep("/", "body", control, "max-age=10, stale-while-revalidate=10", "ETag", `"a"`)
		s.hit(request("/"))
		s.miss(with("PUT", request("/other")))
		s.miss(request("/", "If-Match", `"a"`))
		after(15 * time.Second)
		on, _ := s.send(request("/"))
		s.reply(notChanged(on, control, "max-age=10"))
		s.reply(page(s.miss(with("PUT", request("/"))), ""))
		want := Stats{Hits: 1, Stale: 1, Misses: 1, Validated: 1, Passed: 3, Kept: 1, Invalidated: 1}
		if got := s.store.Stats(); got != want {
			s.t.Errorf("%+v, want %+v", got, want)
		}
	})
}

// A panic, or an end, loses no request.
func TestKeeper_Lost(t *testing.T) {
	inBubble(t, "a panic", nil, func(s *site) {
		body := &closing{}
		s.keeper.Store = nil // as nobody can
		got := s.reply(&http1.Response{Request: s.miss(request("/")), Status: 200, Stream: body, Header: fieldList(control, "max-age=60")})
		if got == nil || !got.failed || got.status != 500 || !body.closed || s.k.Restarts() != 1 {
			s.t.Errorf("%v after %d restarts", got, s.k.Restarts())
		}
		if got := s.fail(s.miss(request("/b")), 403); got == nil || got.status != 403 || s.k.Restarts() != 2 {
			s.t.Errorf("%v after %d restarts", got, s.k.Restarts())
		}
		s.keeper.Store = s.store
		s.keep("/c", "body", control, "max-age=60")
	})
	inBubble(t, "what is unfit is the Writer's to refuse", nil, func(s *site) {
		resp := &http1.Response{Request: s.miss(request("/b")), Status: 200, File: &http1.Section{Size: -1}, Header: fieldList(control, "max-age=60")}
		axontest.Send(s.k, &s.keeper.Inbox, resp)
		if got := axontest.Recv(s.k, &s.keeper.Outbox); got != resp || s.store.Stats().Entries != 0 {
			s.t.Errorf("%v", got)
		}
	})
	inBubble(t, "what is left", nil, func(s *site) {
		a, b := s.miss(request("/a")), s.miss(request("/b"))
		axontest.Gone(s.k, &s.keeper.Outbox)
		axontest.Send(s.k, &s.keeper.Inbox, page(a, "body"))
		_ = axontest.Offer(s.k, &s.keeper.Faults, &http1.Failure{Status: 500, Request: b})
		if err := s.k.Wait(); err != nil {
			s.t.Error(err)
		}
		for _, f := range axontest.Rest(s.k, &s.keeper.Failures) {
			if f.Status != 500 {
				s.t.Errorf("%v", f)
			}
		}
	})
	inBubble(t, "a response to nobody", nil, func(s *site) {
		axontest.Send(s.k, &s.keeper.Inbox, &http1.Response{Status: 200})
		axontest.Send(s.k, &s.keeper.Faults, &http1.Failure{Status: 500})
		if resp := axontest.Recv(s.k, &s.keeper.Outbox); resp.Status != 200 {
			s.t.Errorf("%+v", resp)
		}
		if f := axontest.Recv(s.k, &s.keeper.Failures); f.Status != 500 {
			s.t.Errorf("%+v", f)
		}
	})
}

// A handler behind that has gone does not hold others up.
func TestLookup_HandlerGone(t *testing.T) {
	inBubble(t, "", nil, func(s *site) {
		axontest.Gone(s.l, &s.lookup.Outbox)
		if _, got := s.send(request("/")); got == nil || got.status != 503 {
			s.t.Errorf("%v", got)
		}
		newSite(s.t, s.store).miss(request("/"))
	})
}

// More exchanges than are noted: the oldest are forgotten, and nothing is wrong.
func TestExchanges_Bound(t *testing.T) {
	inBubble(t, "", nil, func(s *site) {
		s.keep("/", "body", control, "max-age=10", "ETag", `"a"`)
		after(20 * time.Second)
		on := s.miss(request("/"))
		waits := newSite(s.t, s.store)
		if on, got := waits.send(request("/")); on != nil || got != nil {
			s.t.Fatal("it does not wait")
		}
		for range mostExchanges {
			s.store.note(with("PUT", request("/x")))
		}
		s.store.mu.Lock()
		n := len(s.store.pending.byOrigin)
		if s.store.mu.Unlock(); n != mostExchanges {
			s.t.Errorf("%d", n)
		}
		if on, _ := waits.outcome(nil); on == nil {
			s.t.Error("who waited waits still")
		}
		if got := s.reply(notChanged(on)); got.status != 200 || got.body != "body" {
			s.t.Errorf("%v", got)
		}
		s.store.Clear()
		on = on.Clone()
		if got := s.reply(notChanged(on)); !got.failed || got.status != 502 {
			s.t.Errorf("%v", got)
		}
	})
}

// Many connections at once, for the race detector.
func TestStore_Concurrent(t *testing.T) {
	s := &Store{Memory: 100_000, Wait: -1}
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for j := range 300 {
				req := request(fmt.Sprint("/", (i*j)%40))
				d := s.decide(req, wishOf(req.Header), true)
				switch {
				case d.answer != nil:
					if resp, err := d.answer.respond(req, time.Now()); err != nil || len(resp.Bytes) != 2000 {
						t.Errorf("%v %v", resp, err)
					}
				case j%7 == 0:
					s.forget(d.on)
				default:
					resp := page(d.on, strings.Repeat("x", 2000), control, "max-age=1", "ETag", `"a"`)
					if d.on.Header.Has("If-None-Match") {
						resp = notChanged(d.on)
					}
					if _, err := s.finish(s.end(d.on), resp); err != nil && !errors.Is(err, errUnasked) {
						t.Error(err)
					}
				}
				if j%50 == 0 {
					s.Purge(req)
				}
				s.Stats()
			}
		})
	}
	wg.Wait()
	if n := s.Stats(); n.Bytes > 100_000 || n.Bytes < 0 || len(s.pending.byOrigin) != 0 {
		t.Errorf("%+v, %d under way", n, len(s.pending.byOrigin))
	}
}

func BenchmarkHit(b *testing.B) {
	s := &Store{}
	req := request("/a", "Accept-Encoding", "gzip, br", "User-Agent", "x", "Accept", "*/*")
	d := s.decide(req, wishOf(req.Header), true)
	if _, err := s.finish(s.end(d.on), page(d.on, "body", control, "max-age=60000", "Vary", "Accept-Encoding", "ETag", `"a"`)); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		d := s.decide(req, wishOf(req.Header), true)
		if _, err := d.answer.respond(req, time.Now()); err != nil {
			b.Fatal(err)
		}
	}
}
