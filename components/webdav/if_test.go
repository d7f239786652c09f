package webdav

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
)

func TestParseIf(t *testing.T) {
	for _, c := range []struct{ value, want string }{
		{"(<urn:x>)", "(<urn:x>)"},
		{`(<urn:x> ["a b]"])`, `(<urn:x> ["a b]"])`},
		{`(["a"])`, `(["a"])`},
		{`([W/"a"])`, `([W/"a"])`},
		{"(Not <DAV:no-lock>)(<urn:x>)", "(Not <DAV:no-lock>) (<urn:x>)"},
		{"( not<urn:x>\t<urn:y> )", "(Not <urn:x> <urn:y>)"},
		{"</a> (<urn:x>) (<urn:y>) <http://h/b> ([\"z\"])", `</a> (<urn:x>) </a> (<urn:y>) <http://h/b> (["z"])`},
		{"", ""},
		{"()", ""},
		{"(<urn:x>", ""},
		{"<urn:x>", ""},
		{"</a>", ""},
		{"</a> </b> (<urn:x>)", ""},
		{"(<urn:x>) </a> (<urn:y>)", ""},
		{"(<urn:x>) </a>", ""},
		{"(Not)", ""},
		{"(Not Not <urn:x>)", ""},
		{"(<>)", ""},
		{"<> (<urn:x>)", ""},
		{"([a])", ""},
		{`(["a""])`, ""},
		{"(urn:x)", ""},
		{"(<urn:x>), (<urn:y>)", ""},
		{"(<urn:x>) x", ""},
	} {
		lists, err := parseIf(c.value)
		if got := written(lists); got != c.want || (err == nil) != (c.want != "") {
			t.Errorf("%s: %s, %v, want %s", c.value, got, err, c.want)
		}
	}
}

// written writes lists as they may stand in a field.
func written(lists []stateList) string {
	var all []string
	for _, l := range lists {
		var in []string
		for _, c := range l.conditions {
			not := ""
			if c.not {
				not = "Not "
			}
			if c.token != "" {
				in = append(in, not+"<"+c.token+">")
			} else {
				in = append(in, not+"["+c.etag+"]")
			}
		}
		if l.resource != "" {
			all = append(all, "<"+l.resource+">")
		}
		all = append(all, "("+strings.Join(in, " ")+")")
	}
	return strings.Join(all, " ")
}

// What is read can be written, and is then read alike.
func FuzzIf(f *testing.F) {
	f.Add(`</a> (<urn:x> ["a"]) (Not <urn:y>) <b> ([W/"c"])`)
	f.Add(`(["a]b"] <x>)`)
	f.Fuzz(func(t *testing.T, value string) {
		lists, err := parseIf(value)
		if err != nil {
			return
		}
		again, err := parseIf(written(lists))
		if err != nil || cmp.Diff(lists, again, cmp.AllowUnexported(stateList{}, condition{})) != "" {
			t.Errorf("%q is %+v, then %+v, %v", value, lists, again, err)
		}
	})
}

// The conditions of a request, on a file that is locked and one that is not.
func TestConditions(t *testing.T) {
	s := share(t, map[string]string{"a": "A", "b": "B", "d/": ""})
	tag := func(path string) string {
		a := s.ask(t, "PUT", path, "new") // the tag of an old file could be weak
		return a.header.Get("ETag")
	}
	a, b := tag("/a"), tag("/b")
	token := s.lock(t, "/a", "exclusive")
	for _, c := range []struct {
		path, value string
		want        int
	}{
		{"/b", "", 204},
		{"/a", "", 423},
		{"/a", "(<" + token + ">)", 204},
		{"/a", "(<urn:x>)", 412},
		{"/a", "(<urn:x>) (<" + token + ">)", 204},
		{"/a", "(Not <urn:x>)", 423},
		{"/a", "(Not <urn:x>) (<" + token + ">)", 204},
		{"/a", "(<" + token + `> ["x"])`, 412},
		{"/a", "(<" + token + `>) (["x"])`, 204},
		{"/a", "(<" + token + ">" + ` [` + a + `])`, 204},
		{"/a", "</dav/a> (<" + token + ">)", 204},
		{"/a", "<http://dav.example/dav/a> (<" + token + ">)", 204},
		{"/a", "<http://other.example/dav/a> (<" + token + ">)", 412},
		{"/b", "</dav/a> (<" + token + ">)", 204},
		{"/b", "(<" + token + ">)", 412},
		{"/b", "</dav/b> ([" + b + "])", 204},
		{"/b", "</dav/b> (Not [" + b + "])", 412},
		{"/b", "</dav/none> (Not [" + b + "])", 204},
		{"/d/n", "(<DAV:no-lock>)", 412},
		{"/d/n", "(Not <DAV:no-lock>)", 204},
	} {
		t.Run(c.path+" "+c.value, func(t *testing.T) {
			var given []string
			if c.value != "" {
				given = append(given, "If: "+c.value)
			}
			if got := s.permitted(t, c.path, given...); got != c.want {
				t.Errorf("%d, want %d", got, c.want)
			}
		})
	}
}

// permitted tells what would become of a request that writes to a file: 204 if it
// may.
func (s *Share) permitted(t *testing.T, path string, fields ...string) int {
	t.Helper()
	status := 204
	synctest.Test(t, func(t *testing.T) {
		c := &call{Handler: &Handler{Share: s, Prefix: "/dav"}, ctx: t.Context(), req: request("PUT", "/dav"+path, "", fields...), path: path, name: path[1:]}
		if err := s.Dir.Do(func() error { return c.may(write{name: c.name}) }); err != nil {
			if _, err := fmt.Sscanf(err.Error(), "http1: %d", &status); err != nil {
				t.Fatal(err)
			}
		}
	})
	return status
}

// lock takes a lock and returns its token.
func (s *Share) lock(t *testing.T, path, scope string, fields ...string) string {
	t.Helper()
	a := s.ask(t, "LOCK", path, lockXML(scope, "me"), fields...)
	token := strings.Trim(a.header.Get("Lock-Token"), "<>")
	if a.status >= 300 || token == "" || !strings.Contains(a.body, "<D:href>"+token+"</D:href>") {
		t.Fatalf("LOCK %s: %+v", path, a)
	}
	return token
}
