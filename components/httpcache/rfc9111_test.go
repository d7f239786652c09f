package httpcache

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/kamaelia-go/kamaelia/components/http1"
)

// Tests are titled by the section of RFC 9111 that they are about.

func TestSection3_StoringResponses(t *testing.T) {
	const date = "Last-Modified"
	for name, c := range map[string]struct {
		status int
		asked  []string
		fields []string
		kept   bool
	}{
		"max-age":                              {200, nil, []string{"Cache-Control", "max-age=60"}, true},
		"s-maxage":                             {200, nil, []string{"Cache-Control", "s-maxage=60"}, true},
		"Expires":                              {200, nil, []string{"Expires", httpDate(24 * 365 * 50 * time.Hour)}, true},
		"nothing is said":                      {200, nil, nil, false},
		"nothing but a tag":                    {200, nil, []string{"ETag", `"a"`}, false},
		"public alone":                         {200, nil, []string{"Cache-Control", "public"}, false},
		"3.2 public with a validator":          {200, nil, []string{"Cache-Control", "public", "ETag", `"a"`}, true},
		"no-store":                             {200, nil, []string{"Cache-Control", "max-age=60, no-store"}, false},
		"private":                              {200, nil, []string{"Cache-Control", "private, max-age=60"}, false},
		"private with fields":                  {200, nil, []string{"Cache-Control", `private="set-cookie", max-age=60`}, false},
		"no-cache with a validator":            {200, nil, []string{"Cache-Control", "no-cache", "ETag", `"a"`}, true},
		"no-cache without one":                 {200, nil, []string{"Cache-Control", "no-cache"}, false},
		"404":                                  {404, nil, []string{"Cache-Control", "max-age=60"}, true},
		"301":                                  {301, nil, []string{"Cache-Control", "max-age=60", "Location", "/b"}, true},
		"500 that says so":                     {500, nil, []string{"Cache-Control", "max-age=60"}, true},
		"an unknown status":                    {299, nil, []string{"Cache-Control", "max-age=60"}, true},
		"206":                                  {206, nil, []string{"Cache-Control", "max-age=60", "Content-Range", "bytes 0-1/9"}, false},
		"Content-Range":                        {200, nil, []string{"Cache-Control", "max-age=60", "Content-Range", "bytes 0-1/9"}, false},
		"304 that nobody asked for":            {304, []string{"If-None-Match", `"x"`}, []string{"Cache-Control", "max-age=60"}, false},
		"the request says no-store":            {200, []string{"Cache-Control", "no-store"}, []string{"Cache-Control", "max-age=60"}, false},
		"Set-Cookie":                           {200, nil, []string{"Cache-Control", "max-age=60", "Set-Cookie", "a=b"}, false},
		"Vary: *":                              {200, nil, []string{"Cache-Control", "max-age=60", "Vary", "Accept, *"}, false},
		"3.5 Authorization":                    {200, []string{"Authorization", "Basic x"}, []string{"Cache-Control", "max-age=60"}, false},
		"3.5 Authorization, public":            {200, []string{"Authorization", "Basic x"}, []string{"Cache-Control", "max-age=60, public"}, true},
		"3.5 Authorization, must-revalidate":   {200, []string{"Authorization", "Basic x"}, []string{"Cache-Control", "max-age=60, must-revalidate"}, true},
		"3.5 Authorization, proxy-revalidate":  {200, []string{"Authorization", "Basic x"}, []string{"Cache-Control", "max-age=60, proxy-revalidate"}, false},
		"3.5 Authorization, s-maxage":          {200, []string{"Authorization", "Basic x"}, []string{"Cache-Control", "s-maxage=60"}, true},
		"5.2.2.3 must-understand, understood":  {200, nil, []string{"Cache-Control", "max-age=60, no-store, must-understand"}, true},
		"5.2.2.3 must-understand, unknown":     {299, nil, []string{"Cache-Control", "max-age=60, must-understand"}, false},
		"max-age=0 with a validator":           {200, nil, []string{"Cache-Control", "max-age=0", date, "Sun, 06 Nov 1994 08:49:37 GMT"}, true},
		"max-age=0 without one":                {200, nil, []string{"Cache-Control", "max-age=0"}, false},
		"stale, but for errors":                {200, nil, []string{"Cache-Control", "max-age=0, stale-if-error=60"}, true},
		"a directive that makes no sense":      {200, nil, []string{"Cache-Control", "max-age=soon"}, false},
		"an unknown directive beside":          {200, nil, []string{"Cache-Control", `x="no-store, private", max-age=60`}, true},
		"two fields":                           {200, nil, []string{"Cache-Control", "max-age=60", "cache-control", "no-store"}, false},
		"names in any case":                    {200, nil, []string{"CACHE-CONTROL", "Max-Age=60"}, true},
		"5.3 Expires that is no date":          {200, nil, []string{"Expires", "0"}, false},
		"5.3 Expires in the past":              {200, nil, []string{"Expires", "Sun, 06 Nov 1994 08:49:37 GMT"}, false},
		"4.2.1 max-age goes before Expires":    {200, nil, []string{"Expires", "Sun, 06 Nov 1994 08:49:37 GMT", "Cache-Control", "max-age=60"}, true},
		"4.2.1 s-maxage goes before max-age":   {200, nil, []string{"Cache-Control", "s-maxage=0, max-age=60"}, false},
		"4.2.1 two max-age, the shorter one":   {200, nil, []string{"Cache-Control", "max-age=60, max-age=0"}, false},
		"4.2.2 no heuristics unless asked for": {200, nil, []string{date, "Sun, 06 Nov 1994 08:49:37 GMT"}, false},
	} {
		inBubble(t, name, nil, func(s *site) {
			resp := page(s.miss(request("/a", c.asked...)), "body", c.fields...)
			if resp.Status = c.status; c.status == 304 {
				resp.Bytes = nil
			}
			if got := s.reply(resp); got == nil || got.status != c.status {
				s.t.Fatalf("the client gets %v", got)
			}
			if n := s.store.Stats().Entries; (n == 1) != c.kept {
				s.t.Errorf("%d are kept", n)
			}
		})
	}
}

func TestSection3_1_HeaderFields(t *testing.T) {
	inBubble(t, "what is of one connection is not kept", nil, func(s *site) {
		resp := page(s.miss(request("/")), "body", "Cache-Control", "max-age=60", "Connection", "X-Hop, close", "X-Hop", "1",
			"Keep-Alive", "timeout=5", "Transfer-Encoding", "gzip", "Content-Length", "9", "X-Kept", "2")
		resp.Rendered = []byte("Content-Type: text/plain\r\nX-Also: 3\r\nTE: trailers\r\n")
		s.reply(resp)
		h := s.hit(request("/")).header
		for _, name := range []string{"Connection", "X-Hop", "Keep-Alive", "Transfer-Encoding", "Content-Length", "TE"} {
			if h.Has(name) {
				s.t.Errorf("%s: %s", name, h.Get(name))
			}
		}
		for _, name := range []string{"Content-Type", "X-Also", "X-Kept", "Cache-Control"} {
			if !h.Has(name) {
				s.t.Errorf("no %s", name)
			}
		}
	})
}

func TestSection3_2_UpdatingStoredHeaders(t *testing.T) {
	inBubble(t, "304", nil, func(s *site) {
		s.keep("/", "body", "Cache-Control", "max-age=10", "ETag", `"a"`, "X-Old", "1", "X-Both", "1", "Content-Type", "text/plain", "Content-Length", "4")
		after(20 * time.Second)
		on := s.miss(request("/"))
		got := s.reply(&http1.Response{Request: on, Status: 304, Header: fieldList("Cache-Control", "max-age=100", "ETag", `"a"`, "X-Both", "2", "X-Both", "3",
			"X-New", "1", "Content-Type", "text/html", "Content-Length", "0", "Content-Encoding", "gzip")})
		for _, a := range []*answer{got, s.hit(request("/"))} {
			if a == nil || a.status != 200 || a.body != "body" {
				s.t.Fatalf("%v", a)
			}
			h := a.header
			if h.Get("X-Old") != "1" || h.Joined("X-Both") != "2, 3" || h.Get("X-New") != "1" || h.Joined("Cache-Control") != "max-age=100" ||
				h.Get("Content-Type") != "text/plain" || h.Has("Content-Encoding") || h.Joined("ETag") != `"a"` {
				s.t.Errorf("%v", h)
			}
		}
	})
}

func TestSection3_5_Authorization(t *testing.T) {
	inBubble(t, "what was kept for anybody", nil, func(s *site) {
		s.keep("/", "body", "Cache-Control", "max-age=60")
		s.miss(request("/", "Authorization", "Basic x"))
		user := request("/")
		user.User = "bob"
		s.miss(user)
	})
	inBubble(t, "who asks is found out behind the cache", nil, func(s *site) {
		on := s.miss(request("/")).Clone()
		on.User = "bob"
		s.reply(page(on, "for bob", control, "max-age=60"))
		s.miss(request("/"))
	})
	inBubble(t, "what says so", nil, func(s *site) {
		s.keep("/", "body", "Cache-Control", "max-age=60, public")
		s.hit(request("/", "Authorization", "Basic x"))
	})
}

func TestSection4_Constructing(t *testing.T) {
	inBubble(t, "a hit", nil, func(s *site) {
		s.keep("/a?b", "body", "Cache-Control", "max-age=60", "Content-Type", "text/plain")
		after(7 * time.Second)
		got := s.hit(request("/a?b"))
		if got.status != 200 || got.body != "body" || got.header.Get("Age") != "7" || got.header.Get("Content-Type") != "text/plain" ||
			got.header.Get("Date") != httpDate(-7*time.Second) {
			s.t.Errorf("%v", got)
		}
		after(53 * time.Second)
		s.miss(request("/a?b"))
	})
	inBubble(t, "another URI", nil, func(s *site) {
		s.keep("/a", "body", "Cache-Control", "max-age=60")
		s.miss(request("/a?"))
		s.miss(request("/a?b"))
		s.miss(request("/b"))
		s.miss(request("/%61"))
		other := request("/a")
		other.Host = "example.com"
		s.miss(other)
		secure := request("/a")
		secure.Conn = &http1.Conn{TLS: true}
		s.miss(secure)
		rewritten := request("/a")
		rewritten.Path = "/c"
		s.miss(rewritten)
		upper := request("/a")
		upper.Host = "EXAMPLE.org"
		s.hit(upper)
	})
	inBubble(t, "other methods go to the handler", nil, func(s *site) {
		s.keep("/", "body", "Cache-Control", "max-age=60")
		for _, method := range []string{"POST", "OPTIONS", "PUT", "get"} {
			s.miss(with(method, request("/")))
		}
	})
	inBubble(t, "the latest one that fits", nil, func(s *site) {
		for i, vary := range []string{"A", "B", "A"} {
			on := s.miss(request("/", "Cache-Control", "no-cache"))
			s.reply(page(on, fmt.Sprint(i), "Cache-Control", "max-age=60", "Vary", vary))
			after(time.Second)
		}
		if got := s.hit(request("/")); got.body != "2" {
			s.t.Errorf("%v", got)
		}
	})
	inBubble(t, "a body has nothing to do with it", nil, func(s *site) {
		s.keep("/", "body", "Cache-Control", "max-age=60")
		req := request("/")
		req.Body = http1.NewBody(0)
		if on := s.miss(req); on != req {
			s.t.Error("it was changed")
		}
	})
}

func TestSection4_1_Vary(t *testing.T) {
	inBubble(t, "variants", &Store{Wait: -1}, func(s *site) {
		for _, lang := range []string{"de", "en", ""} {
			req := request("/")
			if lang != "" {
				req = request("/", "Accept-Language", lang)
			}
			s.reply(page(s.miss(req), "in "+lang, "Cache-Control", "max-age=60", "Vary", "accept-language"))
		}
		for lang, want := range map[string]string{"de": "in de", "en": "in en", " de ": "in de"} {
			if got := s.hit(request("/", "Accept-Language", strings.TrimSpace(lang))); got.body != want {
				s.t.Errorf("%q: %v", lang, got)
			}
		}
		if got := s.hit(request("/")); got.body != "in " {
			s.t.Errorf("absent: %v", got)
		}
		s.miss(request("/", "Accept-Language", "fr"))
		s.miss(request("/", "Accept-Language", "DE"))
	})
	inBubble(t, "lists", nil, func(s *site) {
		s.reply(page(s.miss(request("/", "X", "a,  b", "X", "c")), "body", "Cache-Control", "max-age=60", "Vary", "X"))
		s.hit(request("/", "X", "a, b, c"))
		s.miss(request("/", "X", "b, a, c"))
	})
	inBubble(t, "codings in any order", nil, func(s *site) {
		s.reply(page(s.miss(request("/", "Accept-Encoding", "gzip, br;q=0.5")), "body", "Cache-Control", "max-age=60", "Vary", "Accept-Encoding"))
		s.hit(request("/", "Accept-Encoding", "br; q=0.5,GZIP"))
		s.miss(request("/", "Accept-Encoding", "gzip"))
	})
	inBubble(t, "two fields, Accept among them", nil, func(s *site) {
		s.reply(page(s.miss(request("/", "A", "1", "B", "2")), "body", "Cache-Control", "max-age=60", "Vary", "A", "Vary", "B"))
		s.hit(request("/", "A", "1", "B", "2"))
		s.miss(request("/", "A", "1"))
	})
	inBubble(t, "no more than so many", &Store{Variants: 3}, func(s *site) {
		for i := range 10 {
			s.reply(page(s.miss(request("/", "A", fmt.Sprint(i))), "body", "Cache-Control", "max-age=60", "Vary", "A"))
		}
		if n := s.store.Stats().Entries; n != 3 {
			s.t.Errorf("%d", n)
		}
		s.hit(request("/", "A", "9"))
		s.miss(request("/", "A", "6"))
	})
}

func TestSection4_2_Freshness(t *testing.T) {
	for name, c := range map[string]struct {
		fields []string
		fresh  time.Duration
	}{
		"max-age":                {[]string{"Cache-Control", "max-age=60"}, 60 * time.Second},
		"s-maxage":               {[]string{"Cache-Control", "max-age=600, s-maxage=60"}, 60 * time.Second},
		"quoted":                 {[]string{"Cache-Control", `max-age="60"`}, 60 * time.Second},
		"huge":                   {[]string{"Cache-Control", "max-age=99999999999999999999"}, 1 << 31 * time.Second},
		"Expires":                {[]string{"Expires", "Sat, 01 Jan 2000 00:01:00 GMT"}, 60 * time.Second},
		"4.2.3 Age":              {[]string{"Cache-Control", "max-age=60", "Age", "20"}, 40 * time.Second},
		"4.2.3 an old Date":      {[]string{"Cache-Control", "max-age=60", "Date", "Fri, 31 Dec 1999 23:59:30 GMT"}, 30 * time.Second},
		"4.2.3 Date and Age":     {[]string{"Cache-Control", "max-age=60", "Date", "Fri, 31 Dec 1999 23:59:50 GMT", "Age", "20"}, 40 * time.Second},
		"4.2.3 a Date to come":   {[]string{"Cache-Control", "max-age=60", "Date", "Sat, 01 Jan 2000 00:10:00 GMT"}, 60 * time.Second},
		"Expires, an older Date": {[]string{"Expires", "Sat, 01 Jan 2000 00:01:00 GMT", "Date", "Fri, 31 Dec 1999 23:59:30 GMT"}, 60 * time.Second},
	} {
		inBubble(t, name, nil, func(s *site) {
			s.keep("/", "body", c.fields...)
			after(c.fresh - time.Nanosecond)
			s.hit(request("/"))
			after(time.Nanosecond)
			s.miss(request("/"))
		})
	}
	inBubble(t, "4.2.3 the time that the answer took", nil, func(s *site) {
		on := s.miss(request("/"))
		after(15 * time.Second)
		s.reply(page(on, "body", "Cache-Control", "max-age=60", "Age", "10"))
		if got := s.hit(request("/")); got.header.Get("Age") != "25" {
			s.t.Errorf("%v", got)
		}
	})
}

func TestSection4_2_2_Heuristic(t *testing.T) {
	for name, c := range map[string]struct {
		status int
		fields []string
		fresh  time.Duration
	}{
		"a tenth":            {200, []string{"Last-Modified", "Fri, 31 Dec 1999 14:00:00 GMT"}, time.Hour},
		"a day at most":      {200, []string{"Last-Modified", "Sun, 06 Nov 1994 08:49:37 GMT"}, 24 * time.Hour},
		"what is said first": {200, []string{"Last-Modified", "Fri, 31 Dec 1999 14:00:00 GMT", "Cache-Control", "max-age=5"}, 5 * time.Second},
		"another status":     {302, []string{"Last-Modified", "Fri, 31 Dec 1999 14:00:00 GMT"}, 0},
		"in the future":      {200, []string{"Last-Modified", "Sun, 02 Jan 2000 00:00:00 GMT"}, 0},
		"not known":          {200, nil, 0},
	} {
		inBubble(t, name, &Store{Heuristic: 0.1}, func(s *site) {
			resp := page(s.miss(request("/")), "body", c.fields...)
			resp.Status = c.status
			s.reply(resp)
			if c.fresh > 0 {
				after(c.fresh - time.Nanosecond)
				s.hit(request("/"))
				after(time.Nanosecond)
			}
			s.miss(request("/"))
		})
	}
}

func TestSection4_2_4_Stale(t *testing.T) {
	for name, control := range map[string]string{
		"nobody said so":   "max-age=10",
		"must-revalidate":  "max-age=10, must-revalidate, stale-while-revalidate=60, stale-if-error=60",
		"proxy-revalidate": "max-age=10, proxy-revalidate, stale-while-revalidate=60",
		"s-maxage":         "s-maxage=10, stale-while-revalidate=60",
		"no-cache":         "max-age=10, no-cache, stale-while-revalidate=60",
	} {
		inBubble(t, name, nil, func(s *site) {
			s.keep("/", "body", "Cache-Control", control, "ETag", `"a"`)
			after(20 * time.Second)
			on := s.miss(request("/"))
			if got := s.fail(on, 503); got == nil || got.status != 503 || !got.failed {
				s.t.Errorf("%v", got)
			}
			if name != "nobody said so" {
				s.miss(request("/", "Cache-Control", "max-stale"))
			}
		})
	}
}
