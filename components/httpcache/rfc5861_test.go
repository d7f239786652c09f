package httpcache

import (
	"testing"
	"time"

	"github.com/kamaelia-go/kamaelia/axon/axontest"
	"github.com/kamaelia-go/kamaelia/components/http1"
)

func TestRFC5861Section3_StaleWhileRevalidate(t *testing.T) {
	const terms = "max-age=10, stale-while-revalidate=60"
	// stale lets a response get stale, and asks for it: the client has its answer,
	// and the handler is asked.
	stale := func(s *site, age time.Duration, req *http1.Request) *http1.Request {
		s.t.Helper()
		s.keep("/", "old", control, terms, "ETag", `"a"`)
		after(age)
		on, got := s.send(req)
		if got == nil || on == nil || got.header.Get("Age") != wholeSeconds(age) {
			s.t.Fatalf("%v, %v", got, on)
		}
		return on
	}
	inBubble(t, "304", nil, func(s *site) {
		on := stale(s, 20*time.Second, request("/", "If-None-Match", `"b"`, "X", "1"))
		if on.Header.Get("If-None-Match") != `"a"` || on.Header.Get("X") != "1" || on.Method != "GET" {
			s.t.Errorf("%+v", on)
		}
		// Meanwhile others get the same, and the handler is not asked again.
		if got := s.hit(request("/")); got.body != "old" || got.header.Get("Age") != "20" {
			s.t.Errorf("%v", got)
		}
		if got := s.reply(notChanged(on, control, terms)); got != nil {
			s.t.Errorf("somebody gets %v", got)
		}
		if got := s.hit(request("/")); got.body != "old" || got.header.Get("Age") != "0" {
			s.t.Errorf("then %v", got)
		}
	})
	inBubble(t, "a new response", nil, func(s *site) {
		on := stale(s, 20*time.Second, request("/"))
		if got := s.reply(page(on, "new", control, terms)); got != nil {
			s.t.Errorf("somebody gets %v", got)
		}
		if got := s.hit(request("/")); got.body != "new" {
			s.t.Errorf("then %v", got)
		}
	})
	inBubble(t, "a stream", nil, func(s *site) {
		on := stale(s, 20*time.Second, request("/"))
		body := http1.NewBody(0)
		axontest.Send(s.k, &s.keeper.Inbox, &http1.Response{Request: on, Status: 200, Stream: body, Header: fieldList(control, terms)})
		for _, part := range []string{"n", "ew"} {
			if _, err := body.Write(s.t.Context(), []byte(part)); err != nil {
				s.t.Fatal(err)
			}
		}
		body.CloseWrite(nil)
		s.k.Settle()
		if got := s.hit(request("/")); got.body != "new" {
			s.t.Errorf("then %v", got)
		}
	})
	inBubble(t, "a stream that does not end", nil, func(s *site) {
		on := stale(s, 20*time.Second, request("/"))
		body := http1.NewBody(0)
		axontest.Send(s.k, &s.keeper.Inbox, &http1.Response{Request: on, Status: 200, Stream: body, Header: fieldList(control, terms)})
		select {
		case <-body.Abandoned():
		case <-time.After(time.Minute):
			s.t.Error("it is read for ever")
		}
		body.CloseWrite(nil)
		if s.reading() != 0 {
			s.t.Errorf("%d bytes are set aside", s.reading())
		}
	})
	inBubble(t, "a stream that does not end, and a shutdown", &Store{Wait: time.Hour}, func(s *site) {
		on := stale(s, 20*time.Second, request("/"))
		body, begun := http1.NewBody(0), time.Now()
		axontest.Send(s.k, &s.keeper.Inbox, &http1.Response{Request: on, Status: 200, Stream: body, Header: fieldList(control, terms)})
		s.k.Settle()
		s.k.Shutdown()
		if <-s.k.Ended(); time.Since(begun) > time.Minute {
			s.t.Errorf("it took %v", time.Since(begun))
		}
		if s.reading() != 0 {
			s.t.Errorf("%d bytes are set aside", s.reading())
		}
	})
	for name, status := range map[string]int{"an error": 500, "not found": 404} {
		inBubble(t, name, nil, func(s *site) {
			on := stale(s, 20*time.Second, request("/"))
			if got := s.fail(on, status); got != nil {
				s.t.Errorf("somebody gets %v", got)
			}
			on, got := s.send(request("/")) // asked again
			if got == nil || on == nil {
				s.t.Errorf("%v, %v", got, on)
			}
		})
	}
	inBubble(t, "HEAD", nil, func(s *site) {
		if on := stale(s, 20*time.Second, with("HEAD", request("/"))); on.Method != "GET" {
			s.t.Errorf("%+v", on)
		}
	})
	inBubble(t, "too old", nil, func(s *site) {
		s.keep("/", "old", control, terms, "ETag", `"a"`)
		after(71 * time.Second)
		s.miss(request("/"))
	})
	inBubble(t, "the client wants it younger", nil, func(s *site) {
		s.keep("/", "old", control, terms, "ETag", `"a"`)
		after(20 * time.Second)
		s.miss(request("/", control, "max-age=30"))
	})
	inBubble(t, "an answer that is lost", nil, func(s *site) {
		stale(s, 20*time.Second, request("/"))
		after(6 * time.Second) // longer than anybody waits
		on, got := s.send(request("/"))
		if got == nil || on == nil {
			s.t.Errorf("%v, %v", got, on)
		}
	})
	inBubble(t, "its answer is not for the client", nil, func(s *site) {
		client := request("/")
		on := stale(s, 20*time.Second, client)
		if on.Origin() == client || on == client {
			s.t.Error("the Writer could take its answer for the client's")
		}
	})
}

func TestRFC5861Section4_StaleIfError(t *testing.T) {
	for name, c := range map[string]struct {
		kept   string
		asks   []string
		age    time.Duration
		status int
		want   int
	}{
		"500":                           {"max-age=10, stale-if-error=60", nil, 70 * time.Second, 500, 200},
		"502":                           {"max-age=10, stale-if-error=60", nil, 70 * time.Second, 502, 200},
		"503":                           {"max-age=10, stale-if-error=60", nil, 70 * time.Second, 503, 200},
		"504":                           {"max-age=10, stale-if-error=60", nil, 70 * time.Second, 504, 200},
		"501 is no trouble that passes": {"max-age=10, stale-if-error=60", nil, 70 * time.Second, 501, 501},
		"404 is no error":               {"max-age=10, stale-if-error=60", nil, 70 * time.Second, 404, 404},
		"too old":                       {"max-age=10, stale-if-error=60", nil, 71 * time.Second, 500, 500},
		"not said":                      {"max-age=10", nil, 20 * time.Second, 500, 500},
		"said by the client":            {"max-age=10", []string{control, "stale-if-error=60"}, 20 * time.Second, 500, 200},
		"must-revalidate":               {"max-age=10, must-revalidate, stale-if-error=60", nil, 20 * time.Second, 500, 500},
	} {
		for _, how := range []string{"response", "failure"} {
			inBubble(t, name+", "+how, nil, func(s *site) {
				s.keep("/", "old", control, c.kept, "ETag", `"a"`)
				after(c.age)
				on := s.miss(request("/", c.asks...))
				var got *answer
				if how == "failure" {
					got = s.fail(on, c.status)
				} else {
					resp := page(on, "sorry")
					resp.Status = c.status
					got = s.reply(resp)
				}
				if got == nil || got.status != c.want || (got.body == "old") != (c.want == 200) {
					s.t.Errorf("%v", got)
				}
			})
		}
	}
}
