package httpcache

import (
	"context"
	"testing"
	"time"

	"github.com/kamaelia-go/kamaelia/axon/axontest"
	"github.com/kamaelia-go/kamaelia/components/http1"
)

// Of several requests for the same, on several connections, one goes to the
// handler.
func TestCollapse(t *testing.T) {
	// two asks on a second connection while the first one's request is on its way.
	two := func(s *site, req *http1.Request) *site {
		s.t.Helper()
		b := newSite(s.t, s.store)
		if on, got := b.send(req); on != nil || got != nil {
			s.t.Fatalf("it does not wait: %v %v", on, got)
		}
		return b
	}
	inBubble(t, "what comes is for both", nil, func(s *site) {
		on := s.miss(request("/"))
		b := two(s, request("/"))
		s.reply(page(on, "body", control, "max-age=60"))
		if _, got := b.outcome(nil); got == nil || got.body != "body" {
			s.t.Errorf("%v", got)
		}
	})
	inBubble(t, "what leads on to another resource is for nobody else", nil, func(s *site) {
		on := s.miss(request("/"))
		b := two(s, request("/"))
		to, err := on.Redirect("/to")
		if err != nil {
			s.t.Fatal(err)
		}
		s.miss(to)
		begun := time.Now()
		if on := axontest.Recv(b.l, &b.lookup.Outbox); on.Path != "/" || time.Since(begun) > time.Second {
			s.t.Errorf("%s, after %v", on.Path, time.Since(begun))
		}
	})
	inBubble(t, "on one connection", nil, func(s *site) {
		on := s.miss(request("/"))
		next := request("/")
		if on, got := s.send(next); on != nil || got != nil {
			s.t.Fatalf("it does not wait: %v %v", on, got)
		}
		s.reply(page(on, "body", control, "max-age=60"))
		if _, got := s.outcome(next); got == nil || got.body != "body" {
			s.t.Errorf("%v", got)
		}
	})
	inBubble(t, "a stream, once it has ended", nil, func(s *site) {
		on := s.miss(request("/"))
		b := two(s, request("/"))
		body := http1.NewBody(0)
		if _, err := body.Write(s.t.Context(), []byte("body")); err != nil {
			s.t.Fatal(err)
		}
		axontest.Send(s.k, &s.keeper.Inbox, &http1.Response{Request: on, Status: 200, Stream: body, Header: fieldList(control, "max-age=60")})
		resp := axontest.Recv(s.k, &s.keeper.Outbox)
		if on, got := b.outcome(nil); on != nil || got != nil {
			s.t.Fatalf("it does not wait for the end: %v %v", on, got)
		}
		body.CloseWrite(nil)
		if got := s.read(resp, nil); got.body != "body" {
			s.t.Errorf("%v", got)
		}
		if _, got := b.outcome(nil); got == nil || got.body != "body" {
			s.t.Errorf("%v", got)
		}
	})
	for name, reply := range map[string]func(s *site, on *http1.Request){
		"what may not be kept": func(s *site, on *http1.Request) { s.reply(page(on, "body", control, "no-store")) },
		"a server error":       func(s *site, on *http1.Request) { s.fail(on, 500) },
		"not found":            func(s *site, on *http1.Request) { s.fail(on, 404) },
		"another variant":      func(s *site, on *http1.Request) { s.reply(page(on, "body", control, "max-age=60", "Vary", "A")) },
		"a stream that breaks": func(s *site, on *http1.Request) {
			body := http1.NewBody(0)
			body.CloseWrite(context.Canceled)
			s.reply(&http1.Response{Request: on, Status: 200, Stream: body, Header: fieldList(control, "max-age=60")})
		},
		"a stream that is given up": func(s *site, on *http1.Request) {
			body := http1.NewBody(0)
			axontest.Send(s.k, &s.keeper.Inbox, &http1.Response{Request: on, Status: 200, Stream: body, Header: fieldList(control, "max-age=60")})
			axontest.Recv(s.k, &s.keeper.Outbox).Discard()
		},
		"nothing in time": func(*site, *http1.Request) { after(5 * time.Second) },
	} {
		inBubble(t, name+": each for itself", nil, func(s *site) {
			on := s.miss(request("/", "A", "1"))
			b, c := two(s, request("/", "A", "2")), two(s, request("/", "A", "3"))
			reply(s, on)
			for _, x := range []*site{b, c} {
				on, got := x.outcome(nil)
				if on == nil || got != nil {
					s.t.Errorf("%v %v", on, got)
				}
			}
		})
	}
	inBubble(t, "what may not be kept is not waited for again", nil, func(s *site) {
		s.reply(page(s.miss(request("/")), "body", control, "no-store"))
		s.miss(request("/"))
		s.miss(request("/"))
		after(31 * time.Second)
		s.miss(request("/"))
		two(s, request("/"))
	})
	inBubble(t, "what is stale is validated once", nil, func(s *site) {
		s.keep("/", "body", control, "max-age=10", "ETag", `"a"`)
		after(20 * time.Second)
		on := s.miss(request("/"))
		b := two(s, request("/"))
		s.reply(notChanged(on, control, "max-age=10"))
		if _, got := b.outcome(nil); got == nil || got.body != "body" {
			s.t.Errorf("%v", got)
		}
	})
	inBubble(t, "the client that waits goes away", nil, func(s *site) {
		s.miss(request("/"))
		req := request("/")
		req.Conn = &http1.Conn{}
		b := two(s, req)
		req.Conn.End(context.Canceled)
		if on, _ := b.outcome(nil); on == nil {
			s.t.Error("it waits still")
		}
	})
	for name, req := range map[string]*http1.Request{
		"no-cache":         request("/", control, "no-cache"),
		"no-store":         request("/", control, "no-store"),
		"HEAD":             with("HEAD", request("/")),
		"Range":            request("/", "Range", "bytes=0-1"),
		"Authorization":    request("/", "Authorization", "Basic x"),
		"another resource": request("/b"),
	} {
		inBubble(t, name+" does not wait", nil, func(s *site) {
			s.miss(request("/"))
			newSite(s.t, s.store).miss(req)
		})
	}
	inBubble(t, "nobody waits", &Store{Wait: -1}, func(s *site) {
		s.miss(request("/"))
		newSite(s.t, s.store).miss(request("/"))
	})
	inBubble(t, "the end while one waits", nil, func(s *site) {
		s.miss(request("/"))
		b := two(s, request("/"))
		b.l.Shutdown()
		if err := b.l.Wait(); err != nil {
			s.t.Error(err)
		}
	})
}
