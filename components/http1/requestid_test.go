package http1

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
)

func TestRequest_ID(t *testing.T) {
	conn := &Conn{}
	own := regexp.MustCompile(`^[0-9a-z]{1,13}-[0-9]+$`)
	for _, c := range []struct {
		name  string
		sent  []string
		takes bool
	}{
		{"none", nil, false},
		{"fit", []string{"0af7651916cd43dd-8448/eb211c_80319c.a+b=:1@x~"}, true},
		{"empty", []string{""}, false},
		{"a space", []string{"a b"}, false},
		{"quotes", []string{`a"b`}, false},
		{"not ASCII", []string{"ä"}, false},
		{"as long as may be", []string{strings.Repeat("a", 128)}, true},
		{"too long", []string{strings.Repeat("a", 129)}, false},
		{"two: the first", []string{"one", "two"}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			req := &Request{Conn: conn, trustID: true, turn: 6}
			for _, v := range c.sent {
				req.Header.Add("x-request-id", v)
			}
			id := req.ID()
			if c.takes && id != c.sent[0] || !c.takes && (!own.MatchString(id) || !strings.HasSuffix(id, "-7")) {
				t.Errorf("%q", id)
			}
			if again := req.Clone().ID(); again != id {
				t.Errorf("%q, then %q", id, again)
			}
			req.trustID = false
			if id := req.ID(); !own.MatchString(id) {
				t.Errorf("not trusted, and taken: %q", id)
			}
		})
	}
	one, two := (&Request{Conn: conn}).ID(), (&Request{Conn: &Conn{}}).ID()
	if one == two || (&Request{}).ID() != "" {
		t.Errorf("%q %q", one, two)
	}
	stream := &Request{Conn: conn}
	stream.Arrived(Arrival{Stream: 9})
	if !strings.HasSuffix(stream.ID(), "-9") {
		t.Error(stream.ID())
	}
}

func FuzzRequest_ID(f *testing.F) {
	f.Add("abc-1")
	f.Add("a b")
	f.Fuzz(func(t *testing.T, sent string) {
		req := &Request{Conn: &Conn{}, trustID: true, Header: Header{{RequestIDField, sent}}}
		id := req.ID()
		if (Field{RequestIDField, id}).valid() != nil || strings.ContainsAny(id, "\" \\\n") || len(id) > mostID || id == "" {
			t.Errorf("%q of %q", id, sent)
		}
	})
}

func ExampleHSTS() {
	h := HSTS{MaxAge: 365 * 24 * 3600e9, Subdomains: true}
	fmt.Println(h, h.Validate())
	fmt.Println(HSTS{}, HSTS{Preload: true}.Validate())
	// Output:
	// max-age=31536000; includeSubDomains <nil>
	// max-age=0 http1: HSTS: Preload asks for Subdomains and a year at least
}
