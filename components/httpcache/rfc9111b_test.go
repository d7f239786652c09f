package httpcache

import (
	"fmt"
	"testing"
	"time"

	"github.com/kamaelia-go/kamaelia/components/http1"
)

const (
	modified = "Fri, 31 Dec 1999 00:00:00 GMT"
	control  = "Cache-Control"
)

func notChanged(on *http1.Request, fields ...string) *http1.Response {
	return &http1.Response{Request: on, Status: 304, Header: fieldList(fields...)}
}

func TestSection4_3_1_ValidationRequest(t *testing.T) {
	for name, c := range map[string]struct {
		fields  []string
		inm     string
		ims     string
		clients []string
	}{
		"tag and date":      {[]string{"ETag", `"a"`, "Last-Modified", modified}, `"a"`, modified, nil},
		"tag":               {[]string{"ETag", `W/"a"`}, `W/"a"`, "", nil},
		"date":              {[]string{"Last-Modified", modified}, "", modified, nil},
		"neither":           {nil, "", "", nil},
		"the client's own":  {[]string{"ETag", `"a"`}, `"a"`, "", []string{"If-None-Match", `"b"`, "If-Modified-Since", modified, "If-Range", `"b"`}},
		"the client's same": {[]string{"ETag", `"a"`}, `"a"`, "", []string{"If-None-Match", `"a"`}},
	} {
		inBubble(t, name, nil, func(s *site) {
			s.keep("/", "body", append(c.fields, control, "max-age=10")...)
			after(20 * time.Second)
			req := request("/", append(c.clients, "X", "1")...)
			on := s.miss(req)
			h := on.Header
			if h.Joined("If-None-Match") != c.inm || h.Joined("If-Modified-Since") != c.ims || h.Has("If-Range") || h.Get("X") != "1" {
				s.t.Errorf("%v", h)
			}
			if len(c.clients) > 0 && req.Header.Get(c.clients[0]) != c.clients[1] {
				s.t.Error("the client's request was changed")
			}
		})
	}
}

func TestSection4_3_2_ClientsConditions(t *testing.T) {
	for name, c := range map[string]struct {
		ask  []string
		want int
	}{
		"the same tag":              {[]string{"If-None-Match", `"x", "a"`}, 304},
		"weakly":                    {[]string{"If-None-Match", `W/"a"`}, 304},
		"star":                      {[]string{"If-None-Match", "*"}, 304},
		"another tag":               {[]string{"If-None-Match", `"b"`}, 200},
		"tag before date":           {[]string{"If-None-Match", `"b"`, "If-Modified-Since", modified}, 200},
		"the date":                  {[]string{"If-Modified-Since", modified}, 304},
		"a later date":              {[]string{"If-Modified-Since", "Sat, 01 Jan 2000 00:00:00 GMT"}, 304},
		"an earlier date":           {[]string{"If-Modified-Since", "Fri, 31 Dec 1999 00:00:00 GMT; x"}, 200},
		"an earlier date, in order": {[]string{"If-Modified-Since", "Thu, 30 Dec 1999 23:59:59 GMT"}, 200},
	} {
		fields := []string{control, "max-age=10", "ETag", `"a"`, "Last-Modified", modified}
		check := func(s *site, where string, got *answer) {
			s.t.Helper()
			if got == nil || got.status != c.want || got.header.Get("ETag") != `"a"` || (got.body == "body") != (c.want == 200) {
				s.t.Errorf("%s: %v", where, got)
			}
		}
		inBubble(t, name, nil, func(s *site) {
			on := s.miss(request("/", c.ask...))
			if on.Header.Has("If-None-Match") || on.Header.Has("If-Modified-Since") {
				s.t.Errorf("the handler is told of the client's conditions: %v", on.Header)
			}
			check(s, "miss", s.reply(page(on, "body", fields...)))
			check(s, "hit", s.hit(request("/", c.ask...)))
			after(20 * time.Second)
			on = s.miss(request("/", c.ask...))
			check(s, "validated", s.reply(notChanged(on, fields...)))
			after(20 * time.Second)
			on = s.miss(request("/", c.ask...))
			check(s, "replaced", s.reply(page(on, "body", fields...)))
		})
	}
	for _, name := range []string{"If-Match", "If-Unmodified-Since"} {
		inBubble(t, name+" is the handler's to judge", nil, func(s *site) {
			s.keep("/", "body", control, "max-age=10", "ETag", `"a"`)
			req := request("/", name, `"a"`)
			if on := s.miss(req); on != req {
				s.t.Error("it was changed")
			}
		})
	}
	inBubble(t, "a stream that the client has", nil, func(s *site) {
		on := s.miss(request("/", "If-None-Match", `"a"`))
		body := &closing{}
		got := s.reply(&http1.Response{Request: on, Status: 200, Stream: body, Header: fieldList(control, "max-age=10", "ETag", `"a"`)})
		if got.status != 304 || !body.closed || s.store.Stats().Entries != 0 {
			s.t.Errorf("%v", got)
		}
		s.miss(request("/")) // and nobody waits for it
	})
}

func TestSection4_3_3_ValidationResponse(t *testing.T) {
	stale := func(s *site) *http1.Request {
		s.keep("/", "old", control, "max-age=10", "ETag", `"a"`)
		after(20 * time.Second)
		return s.miss(request("/"))
	}
	inBubble(t, "304", nil, func(s *site) {
		got := s.reply(notChanged(stale(s), control, "max-age=10"))
		if got.status != 200 || got.body != "old" || got.header.Get("Age") != "0" {
			s.t.Errorf("%v", got)
		}
		s.hit(request("/"))
	})
	inBubble(t, "a full response", nil, func(s *site) {
		if got := s.reply(page(stale(s), "new", control, "max-age=10", "ETag", `"b"`)); got.body != "new" {
			s.t.Errorf("%v", got)
		}
		if got := s.hit(request("/")); got.body != "new" {
			s.t.Errorf("%v", got)
		}
		if n := s.store.Stats().Entries; n != 1 {
			s.t.Errorf("%d entries", n)
		}
	})
	inBubble(t, "a full response that is not for keeping", nil, func(s *site) {
		s.reply(page(stale(s), "new", control, "no-store"))
		if n := s.store.Stats().Entries; n != 0 {
			s.t.Errorf("%d entries", n)
		}
	})
	inBubble(t, "a server error is forwarded, and nothing is lost", nil, func(s *site) {
		resp := page(stale(s), "sorry")
		resp.Status = 503
		if got := s.reply(resp); got.status != 503 {
			s.t.Errorf("%v", got)
		}
		if on := s.miss(request("/")); on.Header.Get("If-None-Match") != `"a"` {
			s.t.Errorf("%v", on.Header)
		}
	})
}

func TestSection4_3_4_Freshening(t *testing.T) {
	inBubble(t, "304 with another tag", nil, func(s *site) {
		s.keep("/", "old", control, "max-age=10", "ETag", `"a"`)
		after(20 * time.Second)
		if got := s.reply(notChanged(s.miss(request("/")), "ETag", `"b"`)); !got.failed || got.status != 502 {
			s.t.Errorf("%v", got)
		}
		if on := s.miss(request("/")); on.Header.Has("If-None-Match") {
			s.t.Error("it is kept still")
		}
	})
	inBubble(t, "304 that nobody asked for", nil, func(s *site) {
		if got := s.reply(notChanged(s.miss(request("/")))); !got.failed || got.status != 502 {
			s.t.Errorf("%v", got)
		}
	})
	inBubble(t, "304 that says no-store", nil, func(s *site) {
		s.keep("/", "old", control, "max-age=10", "ETag", `"a"`)
		after(20 * time.Second)
		if got := s.reply(notChanged(s.miss(request("/")), control, "no-store")); got.body != "old" {
			s.t.Errorf("%v", got)
		}
		if n := s.store.Stats().Entries; n != 0 {
			s.t.Errorf("%d entries", n)
		}
	})
	inBubble(t, "304 with a cookie, which is for one client", nil, func(s *site) {
		s.keep("/", "old", control, "max-age=10", "ETag", `"a"`)
		after(20 * time.Second)
		got := s.reply(notChanged(s.miss(request("/")), control, "max-age=10", "Set-Cookie", "a=1", "Set-Cookie", "b=2"))
		if got.body != "old" || got.header.Joined("Set-Cookie") != "a=1, b=2" {
			s.t.Errorf("%v", got)
		}
		if got := s.hit(request("/")); got.header.Has("Set-Cookie") {
			s.t.Errorf("another client gets it: %v", got)
		}
	})
	inBubble(t, "304 that varies by more", &Store{Wait: -1}, func(s *site) {
		s.reply(page(s.miss(request("/", "A", "1")), "old", control, "max-age=10", "ETag", `"a"`, "Vary", "A"))
		after(20 * time.Second)
		if got := s.reply(notChanged(s.miss(request("/", "A", "1", "B", "2")), control, "max-age=10", "Vary", "B")); got.body != "old" {
			s.t.Errorf("%v", got)
		}
		s.hit(request("/", "A", "1", "B", "2"))
		s.miss(request("/", "A", "1", "B", "3"))
		s.miss(request("/", "A", "3", "B", "2"))
	})
	inBubble(t, "304 that varies by everything", nil, func(s *site) {
		s.keep("/", "old", control, "max-age=10", "ETag", `"a"`)
		after(20 * time.Second)
		if got := s.reply(notChanged(s.miss(request("/")), control, "max-age=10", "Vary", "*")); got.body != "old" {
			s.t.Errorf("%v", got)
		}
		if n := s.store.Stats().Entries; n != 0 {
			s.t.Errorf("%d entries", n)
		}
	})
	inBubble(t, "304 to a request that says no-store", nil, func(s *site) {
		s.keep("/", "old", control, "max-age=10", "ETag", `"a"`)
		after(20 * time.Second)
		if got := s.reply(notChanged(s.miss(request("/", control, "no-store")), control, "max-age=100", "X", "secret")); got.body != "old" || got.header.Get("X") != "secret" {
			s.t.Errorf("%v", got)
		}
		s.reply(notChanged(s.miss(request("/")), control, "max-age=100"))
		if got := s.hit(request("/")); got.header.Has("X") {
			s.t.Errorf("it was kept: %v", got)
		}
	})
	inBubble(t, "what was kept is gone meanwhile", nil, func(s *site) {
		s.keep("/", "old", control, "max-age=10", "ETag", `"a"`)
		after(20 * time.Second)
		on := s.miss(request("/"))
		s.store.Clear()
		if got := s.reply(notChanged(on)); got.body != "old" {
			s.t.Errorf("%v", got)
		}
		if n := s.store.Stats().Entries; n != 0 {
			s.t.Errorf("%d entries", n)
		}
	})
}

func TestSection4_3_5_HEAD(t *testing.T) {
	fields := []string{control, "max-age=10", "ETag", `"a"`}
	inBubble(t, "answered from GET", nil, func(s *site) {
		s.keep("/", "body", fields...)
		if got := s.hit(with("HEAD", request("/"))); got.status != 200 || got.header.Get("ETag") != `"a"` {
			s.t.Errorf("%v", got)
		}
	})
	inBubble(t, "not kept", nil, func(s *site) {
		req := with("HEAD", request("/"))
		resp := page(s.miss(req), "body", fields...)
		if got := s.reply(resp); got.status != 200 || s.store.Stats().Entries != 0 {
			s.t.Errorf("%v", got)
		}
	})
	for name, c := range map[string]struct {
		resp  []string
		fresh bool
		there bool
	}{
		"the same freshens":          {[]string{control, "max-age=100", "ETag", `"a"`, "Content-Length", "4"}, true, true},
		"another length invalidates": {[]string{control, "max-age=100", "ETag", `"a"`, "Content-Length", "5"}, false, false},
		"another tag invalidates":    {[]string{control, "max-age=100", "ETag", `"b"`}, false, false},
	} {
		inBubble(t, name, nil, func(s *site) {
			s.keep("/", "body", fields...)
			after(20 * time.Second)
			s.reply(&http1.Response{Request: s.miss(with("HEAD", request("/"))), Status: 200, Header: fieldList(c.resp...)})
			if n := s.store.Stats().Entries; (n == 1) != c.there {
				s.t.Errorf("%d entries", n)
			}
			on, got := s.send(request("/"))
			if (got != nil) != c.fresh || (on == nil) != c.fresh {
				s.t.Errorf("%v %v", on, got)
			}
		})
	}
	inBubble(t, "with a cookie, which is for one client", nil, func(s *site) {
		s.keep("/", "body", fields...)
		after(20 * time.Second)
		got := s.reply(&http1.Response{Request: s.miss(with("HEAD", request("/"))), Status: 200, Header: fieldList(append(fields, "Set-Cookie", "a=1")...)})
		if got.header.Get("Set-Cookie") != "a=1" {
			s.t.Errorf("%v", got)
		}
		if got := s.hit(request("/")); got.header.Has("Set-Cookie") {
			s.t.Errorf("another client gets it: %v", got)
		}
	})
	inBubble(t, "304 to HEAD", nil, func(s *site) {
		s.keep("/", "body", fields...)
		after(20 * time.Second)
		if got := s.reply(notChanged(s.miss(with("HEAD", request("/"))), fields...)); got.status != 200 || got.body != "" {
			s.t.Errorf("%v", got)
		}
		if got := s.hit(request("/")); got.body != "body" {
			s.t.Errorf("%v", got)
		}
	})
}

func TestSection4_4_Invalidation(t *testing.T) {
	for name, c := range map[string]struct {
		method string
		status int
		fields []string
		asked  []string
		gone   []string // of /a, /b, /c
	}{
		"PUT":                       {"PUT", 204, nil, nil, []string{"/a"}},
		"POST":                      {"POST", 200, nil, nil, []string{"/a"}},
		"DELETE":                    {"DELETE", 200, nil, nil, []string{"/a"}},
		"an unknown method":         {"BREW", 200, nil, nil, []string{"/a"}},
		"a redirect":                {"POST", 303, []string{"Location", "/b"}, nil, []string{"/a", "/b"}},
		"Location":                  {"POST", 201, []string{"Location", "http://example.org/b"}, nil, []string{"/a", "/b"}},
		"Content-Location":          {"POST", 200, []string{"Content-Location", "c"}, nil, []string{"/a", "/c"}},
		"another host's":            {"POST", 201, []string{"Location", "http://example.com/b"}, nil, []string{"/a"}},
		"what is no URI":            {"POST", 201, []string{"Location", "http://%zz"}, nil, []string{"/a"}},
		"MOVE":                      {"MOVE", 201, nil, []string{"Destination", "http://example.org/c"}, []string{"/a", "/c"}},
		"an error":                  {"PUT", 409, nil, nil, nil},
		"a safe method":             {"OPTIONS", 200, nil, nil, nil},
		"a safe method of WebDAV's": {"PROPFIND", 207, nil, nil, nil},
	} {
		inBubble(t, name, nil, func(s *site) {
			for _, path := range []string{"/a", "/b", "/c"} {
				s.keep(path, "body", control, "max-age=60")
			}
			on := s.miss(with(c.method, request("/a", c.asked...)))
			resp := page(on, "done", c.fields...)
			resp.Status = c.status
			if got := s.reply(resp); got.status != c.status {
				s.t.Errorf("%v", got)
			}
			for _, path := range []string{"/a", "/b", "/c"} {
				gone := false
				for _, p := range c.gone {
					gone = gone || p == path
				}
				if on, _ := s.send(request(path)); (on != nil) != gone {
					s.t.Errorf("%s: gone %v", path, on != nil)
				}
			}
		})
	}
	for _, kept := range []bool{true, false} {
		inBubble(t, fmt.Sprintf("what leads on to another resource, which is kept: %v", kept), nil, func(s *site) {
			s.keep("/a", "body", control, "max-age=60")
			if kept {
				s.keep("/b", "done", control, "max-age=60")
			}
			to, err := s.miss(with("POST", request("/a"))).Redirect("/b")
			if err != nil {
				s.t.Fatal(err)
			}
			if on, _ := s.send(to); on != nil {
				s.reply(page(on, "done", control, "max-age=60"))
			}
			if got := s.hit(request("/b")); got.body != "done" {
				s.t.Errorf("%v", got)
			}
			s.miss(request("/a"))
		})
	}
	inBubble(t, "a failure", nil, func(s *site) {
		s.keep("/a", "body", control, "max-age=60")
		if got := s.fail(s.miss(with("PUT", request("/a"))), 412); got.status != 412 {
			s.t.Errorf("%v", got)
		}
		s.hit(request("/a"))
	})
	inBubble(t, "what was asked for before is not kept", nil, func(s *site) {
		first := s.miss(request("/a"))
		s.reply(page(s.miss(with("PUT", request("/a"))), "done"))
		s.reply(page(first, "old", control, "max-age=60"))
		s.miss(request("/a"))
	})
	inBubble(t, "nor is what was validated", nil, func(s *site) {
		s.keep("/a", "old", control, "max-age=10", "ETag", `"a"`)
		after(20 * time.Second)
		first := s.miss(request("/a"))
		s.reply(page(s.miss(with("PUT", request("/a"))), "done"))
		if got := s.reply(notChanged(first, control, "max-age=10")); got.body != "old" {
			s.t.Errorf("%v", got)
		}
		s.miss(request("/a"))
	})
	inBubble(t, "without a Lookup in front", nil, func(s *site) {
		s.keep("/a", "body", control, "max-age=60")
		s.reply(page(with("PUT", request("/a")), "done"))
		s.miss(request("/a"))
	})
}

func TestSection5_2_1_RequestDirectives(t *testing.T) {
	const kept = "max-age=60"
	for name, c := range map[string]struct {
		kept   string
		age    time.Duration
		asks   []string
		status int // 0: the handler is asked
	}{
		"5.2.1.1 max-age, younger":              {kept, 10 * time.Second, []string{control, "max-age=10"}, 200},
		"5.2.1.1 max-age, older":                {kept, 11 * time.Second, []string{control, "max-age=10"}, 0},
		"5.2.1.1 max-age=0":                     {kept, time.Second, []string{control, "max-age=0"}, 0},
		"5.2.1.1 max-age and max-stale":         {kept, 15 * time.Second, []string{control, "max-age=10, max-stale=5"}, 200},
		"5.2.1.1 max-age and less max-stale":    {kept, 15 * time.Second, []string{control, "max-age=10, max-stale=4"}, 0},
		"5.2.1.2 max-stale":                     {kept, time.Hour, []string{control, "max-stale"}, 200},
		"5.2.1.2 max-stale, enough":             {kept, 70 * time.Second, []string{control, "max-stale=10"}, 200},
		"5.2.1.2 max-stale, too little":         {kept, 71 * time.Second, []string{control, "max-stale=10"}, 0},
		"5.2.1.2 max-stale that makes no sense": {kept, 61 * time.Second, []string{control, "max-stale=x"}, 0},
		"5.2.1.2 max-stale, must-revalidate":    {kept + ", must-revalidate", 70 * time.Second, []string{control, "max-stale"}, 0},
		"5.2.1.3 min-fresh":                     {kept, 50 * time.Second, []string{control, "min-fresh=10"}, 200},
		"5.2.1.3 min-fresh, too old":            {kept, 51 * time.Second, []string{control, "min-fresh=10"}, 0},
		"5.2.1.4 no-cache":                      {kept, time.Second, []string{control, "no-cache"}, 0},
		"5.2.1.5 no-store":                      {kept, time.Second, []string{control, "no-store"}, 200},
		"5.2.1.6 no-transform":                  {kept, time.Second, []string{control, "no-transform"}, 200},
		"5.2.1.7 only-if-cached":                {kept, time.Second, []string{control, "only-if-cached"}, 200},
		"5.2.1.7 only-if-cached, stale":         {kept, 61 * time.Second, []string{control, "only-if-cached"}, 504},
		"5.2.1.7 only-if-cached, max-stale":     {kept, 61 * time.Second, []string{control, "only-if-cached, max-stale"}, 200},
		"5.2.1.7 only-if-cached, If-Match":      {kept, time.Second, []string{control, "only-if-cached", "If-Match", `"a"`}, 504},
		"5.4 Pragma":                            {kept, time.Second, []string{"Pragma", "no-cache"}, 0},
		"5.4 Pragma beside Cache-Control":       {kept, time.Second, []string{"Pragma", "no-cache", control, "max-age=60"}, 200},
		"5.2 an unknown directive":              {kept, time.Second, []string{control, "no-such=1"}, 200},
	} {
		inBubble(t, name, nil, func(s *site) {
			s.keep("/", "body", control, c.kept)
			after(c.age)
			on, got := s.send(request("/", c.asks...))
			switch {
			case c.status == 0 && on == nil:
				s.t.Errorf("the handler is not asked: %v", got)
			case c.status != 0 && (got == nil || got.status != c.status || got.failed != (c.status == 504)):
				s.t.Errorf("%v", got)
			}
		})
	}
	inBubble(t, "only-if-cached with nothing there", nil, func(s *site) {
		if _, got := s.send(request("/", control, "only-if-cached")); got == nil || got.status != 504 {
			s.t.Errorf("%v", got)
		}
	})
	inBubble(t, "a cache that is deaf", &Store{Deaf: true}, func(s *site) {
		s.keep("/", "body", control, kept)
		for _, asks := range []string{"no-cache", "max-age=0", "only-if-cached", "min-fresh=100"} {
			s.hit(request("/", control, asks))
		}
		after(61 * time.Second)
		s.miss(request("/", control, "max-stale"))
	})
	inBubble(t, "no-cache brings a new one for all", nil, func(s *site) {
		s.keep("/", "old", control, kept)
		s.reply(page(s.miss(request("/", control, "no-cache")), "new", control, kept))
		if got := s.hit(request("/")); got.body != "new" {
			s.t.Errorf("%v", got)
		}
	})
}

func TestSection5_2_2_4_NoCache(t *testing.T) {
	inBubble(t, "each time the handler is asked", nil, func(s *site) {
		s.keep("/", "body", control, "no-cache, max-age=60", "ETag", `"a"`)
		for range 3 {
			on := s.miss(request("/"))
			if on.Header.Get("If-None-Match") != `"a"` {
				s.t.Errorf("%v", on.Header)
			}
			if got := s.reply(notChanged(on, control, "no-cache", "ETag", `"a"`)); got.body != "body" {
				s.t.Errorf("%v", got)
			}
		}
	})
}

func TestRanges(t *testing.T) { // RFC 9110 section 14, RFC 9111 sections 3.3 and 3.4
	for name, c := range map[string]struct {
		fields []string
		asks   []string
		want   string
	}{
		"a range":                {nil, []string{"Range", "bytes=2-5"}, `206 "cdef" bytes 2-5/10`},
		"the end":                {nil, []string{"Range", "bytes=-2"}, `206 "ij" bytes 8-9/10`},
		"outside":                {nil, []string{"Range", "bytes=10-"}, `416 "" bytes */10`},
		"several":                {nil, []string{"Range", "bytes=0-0,9-9"}, `206 "abcdefghij" bytes 0-9/10`},
		"If-Range, the same tag": {nil, []string{"Range", "bytes=0-1", "If-Range", `"a"`}, `206 "ab" bytes 0-1/10`},
		"If-Range, another tag":  {nil, []string{"Range", "bytes=0-1", "If-Range", `"b"`}, `200 "abcdefghij" `},
		"If-Range, the date":     {nil, []string{"Range", "bytes=0-1", "If-Range", modified}, `206 "ab" bytes 0-1/10`},
		"what is coded":          {[]string{"Content-Encoding", "gzip"}, []string{"Range", "bytes=0-1"}, `200 "abcdefghij" `},
		"coded, with ranges":     {[]string{"Content-Encoding", "gzip", "Accept-Ranges", "bytes"}, []string{"Range", "bytes=0-1"}, `206 "ab" bytes 0-1/10`},
		"If-None-Match first":    {nil, []string{"Range", "bytes=0-1", "If-None-Match", `"a"`}, `304 "" `},
	} {
		inBubble(t, name, nil, func(s *site) {
			s.keep("/", "abcdefghij", append(c.fields, control, "max-age=60", "ETag", `"a"`, "Last-Modified", modified)...)
			got := s.hit(request("/", c.asks...))
			if text := fmt.Sprintf("%d %q %s", got.status, got.body, got.header.Get("Content-Range")); text != c.want {
				s.t.Errorf("%s, want %s", text, c.want)
			}
		})
	}
	inBubble(t, "nothing there: the handler's", nil, func(s *site) {
		req := request("/", "Range", "bytes=0-1", "If-Range", `"a"`)
		if on := s.miss(req); on != req {
			s.t.Error("it was changed")
		}
		resp := page(req, "ab", control, "max-age=60", "Content-Range", "bytes 0-1/10")
		resp.Status = 206
		if got := s.reply(resp); got.status != 206 || s.store.Stats().Entries != 0 {
			s.t.Errorf("%v", got)
		}
	})
	inBubble(t, "stale: the handler's", nil, func(s *site) {
		s.keep("/", "abcdefghij", control, "max-age=10", "ETag", `"a"`)
		after(20 * time.Second)
		req := request("/", "Range", "bytes=0-1")
		if on := s.miss(req); on != req {
			s.t.Error("it was changed")
		}
	})
	inBubble(t, "HEAD has no ranges", nil, func(s *site) {
		s.keep("/", "abcdefghij", control, "max-age=60")
		if got := s.hit(with("HEAD", request("/", "Range", "bytes=0-1"))); got.status != 200 {
			s.t.Errorf("%v", got)
		}
	})
}
