package webdav

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// find is the body of a PROPFIND that asks for some properties.
func find(props string) string {
	return `<D:propfind xmlns:D="DAV:" xmlns:x="urn:x"><D:prop>` + props + `</D:prop></D:propfind>`
}

// update is the body of a PROPPATCH.
func update(steps string) string {
	return `<D:propertyupdate xmlns:D="DAV:" xmlns:x="urn:x">` + steps + `</D:propertyupdate>`
}

func set(props string) string    { return "<D:set><D:prop>" + props + "</D:prop></D:set>" }
func remove(props string) string { return "<D:remove><D:prop>" + props + "</D:prop></D:remove>" }

func TestPropfind(t *testing.T) {
	s := share(t, map[string]string{"a &<b>.txt": "A", "d/x.html": "<p>", "d/e/y": ""})
	t.Run("a file", func(t *testing.T) {
		tag := s.ask(t, "PUT", "/a &<b>.txt", "text").header.Get("ETag")
		got := s.ask(t, "PROPFIND", "/a &<b>.txt", "").properties(t)
		const href = "/dav/a%20%26%3Cb%3E.txt"
		modified := got[href+" getlastmodified"]
		if !strings.HasSuffix(modified, " GMT") {
			t.Errorf("modified: %s", modified)
		}
		locks := got[href+" supportedlock"]
		if !strings.Contains(locks, "exclusive") || !strings.Contains(locks, "shared") {
			t.Errorf("locks: %s", locks)
		}
		want := map[string]string{
			href:                       "",
			href + " resourcetype":     "",
			href + " displayname":      "a &amp;&lt;b&gt;.txt",
			href + " getcontentlength": "4",
			href + " getcontenttype":   "text/plain; charset=utf-8",
			href + " getetag":          strings.ReplaceAll(tag, `"`, "&#34;"),
			href + " getlastmodified":  modified,
			href + " lockdiscovery":    "",
			href + " supportedlock":    locks,
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
	})
	for _, c := range []struct {
		name, path, body, depth string
		want                    map[string]string
	}{
		{"some", "/d/x.html", find("<D:getcontentlength/><x:a/><D:getcontentlanguage/><D:creationdate/>"), "0", map[string]string{
			"/dav/d/x.html": "", "/dav/d/x.html getcontentlength": "3", "/dav/d/x.html urn:x a": "!404 Not Found",
			"/dav/d/x.html getcontentlanguage": "!404 Not Found", "/dav/d/x.html creationdate": "!404 Not Found",
		}},
		{"none", "/d/x.html", find(""), "0", map[string]string{"/dav/d/x.html": ""}},
		{"of a collection", "/d", find("<D:getcontentlength/><D:resourcetype/><D:displayname/><D:getetag/><D:getcontenttype/>"), "0", map[string]string{
			"/dav/d/": "", "/dav/d/ resourcetype": "<D:collection/>", "/dav/d/ getcontentlength": "!404 Not Found",
			"/dav/d/ displayname": "d", "/dav/d/ getetag": "!404 Not Found", "/dav/d/ getcontenttype": "!404 Not Found",
		}},
		{"of the share", "/", find("<D:displayname/>"), "0", map[string]string{"/dav/": "", "/dav/ displayname": "!404 Not Found"}},
		{"of its members", "/d", find("<D:resourcetype/>"), "1", map[string]string{
			"/dav/d/": "", "/dav/d/ resourcetype": "<D:collection/>", "/dav/d/e/": "", "/dav/d/e/ resourcetype": "<D:collection/>",
			"/dav/d/x.html": "", "/dav/d/x.html resourcetype": "",
		}},
		{"the names", "/d/x.html", `<propfind xmlns="DAV:"><propname/></propfind>`, "0", map[string]string{
			"/dav/d/x.html": "", "/dav/d/x.html resourcetype": "", "/dav/d/x.html displayname": "", "/dav/d/x.html getcontentlength": "",
			"/dav/d/x.html getcontenttype": "", "/dav/d/x.html getetag": "", "/dav/d/x.html getlastmodified": "",
			"/dav/d/x.html lockdiscovery": "", "/dav/d/x.html supportedlock": "",
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := s.ask(t, "PROPFIND", c.path, c.body, "Depth: "+c.depth).properties(t)
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
	t.Run("all, and one more", func(t *testing.T) {
		body := `<propfind xmlns="DAV:"><allprop/><include><getetag/><x xmlns="urn:y"/></include></propfind>`
		got := s.ask(t, "PROPFIND", "/d/x.html", body).properties(t)
		if got["/dav/d/x.html getcontentlength"] != "3" || got["/dav/d/x.html urn:y x"] != "!404 Not Found" {
			t.Errorf("%v", got)
		}
	})
	t.Run("the whole tree", func(t *testing.T) {
		s.Infinity = true
		defer func() { s.Infinity = false }()
		got := s.ask(t, "PROPFIND", "/", find("")).properties(t)
		want := map[string]string{"/dav/": "", "/dav/a%20%26%3Cb%3E.txt": "", "/dav/d/": "", "/dav/d/x.html": "", "/dav/d/e/": "", "/dav/d/e/y": ""}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
	})
	t.Run("locks", func(t *testing.T) {
		token := s.lock(t, "/d", "shared")
		got := s.ask(t, "PROPFIND", "/d/x.html", find("<D:lockdiscovery/>")).properties(t)["/dav/d/x.html lockdiscovery"]
		for _, want := range []string{token, "<D:shared/>", "infinity", "Second-3600", "<D:href>/dav/d/</D:href>", "<D:owner>me</D:owner>"} {
			if !strings.Contains(got, want) {
				t.Errorf("%s: no %s", got, want)
			}
		}
	})
}

func TestProppatch(t *testing.T) {
	for _, c := range []struct {
		name  string
		steps []string // one PROPPATCH each
		want  map[string]string
		after map[string]string
	}{
		{"set", []string{set("<x:a>1</x:a><x:b/>")}, map[string]string{"urn:x a": "", "urn:x b": ""},
			map[string]string{"urn:x a": "1", "urn:x b": ""}},
		{"without a namespace", []string{set(`<a xmlns="">1</a>`)}, map[string]string{" a": ""}, map[string]string{" a": "1"}},
		{"set anew", []string{set("<x:a>1</x:a>"), set("<x:a>2</x:a>")}, map[string]string{"urn:x a": ""}, map[string]string{"urn:x a": "2"}},
		{"set, then remove", []string{set("<x:a>1</x:a>") + remove("<x:a/>")}, map[string]string{"urn:x a": ""}, map[string]string{}},
		{"remove, then set", []string{remove("<x:a/>") + set("<x:a>1</x:a>")}, map[string]string{"urn:x a": ""}, map[string]string{"urn:x a": "1"}},
		{"remove what is not there", []string{remove("<x:a/>")}, map[string]string{"urn:x a": ""}, map[string]string{}},
		{"XML", []string{set(`<x:a><x:b c="&lt;" x:d="e"><f xmlns="urn:f"/> text </x:b><!-- no --></x:a>`)}, map[string]string{"urn:x a": ""},
			map[string]string{"urn:x a": `<b xmlns="urn:x" c="&lt;" xmlns:a1="urn:x" a1:d="e"><f xmlns="urn:f"/> text </b>`}},
		{"a language", []string{set(`<x:a xml:lang="de">ja</x:a>`)}, map[string]string{"urn:x a": ""}, map[string]string{"urn:x a": "ja in de"}},
		{"a language from above", []string{`<D:set xml:lang="de"><D:prop><x:a>ja</x:a></D:prop></D:set>`}, map[string]string{"urn:x a": ""},
			map[string]string{"urn:x a": "ja in de"}},
		{"characters", []string{set("<x:a>&#x10FFFF; \u00e9 &amp;&lt;</x:a>")}, map[string]string{"urn:x a": ""},
			map[string]string{"urn:x a": "\U0010FFFF \u00e9 &amp;&lt;"}},
		{"what a person calls it", []string{set("<D:displayname>x</D:displayname>")}, map[string]string{"displayname": ""},
			map[string]string{"displayname": "x"}},
		{"what the server knows", []string{set("<x:a>1</x:a><D:getetag>x</D:getetag>") + remove("<D:resourcetype/>")},
			map[string]string{"urn:x a": "!424 Failed Dependency", "getetag": "!403 Forbidden<D:cannot-modify-protected-property/>",
				"resourcetype": "!403 Forbidden<D:cannot-modify-protected-property/>"}, map[string]string{}},
	} {
		for _, path := range []string{"/a", "/d/"} {
			t.Run(c.name+" of "+path, func(t *testing.T) {
				s := share(t, map[string]string{"a": "A", "d/": ""})
				prefixed := func(m map[string]string) map[string]string {
					all := map[string]string{"/dav" + path: ""}
					for name, value := range m {
						all["/dav"+path+" "+name] = value
					}
					return all
				}
				var got map[string]string
				for _, step := range c.steps {
					got = s.ask(t, "PROPPATCH", path, update(step)).properties(t)
				}
				if diff := cmp.Diff(prefixed(c.want), got); diff != "" {
					t.Errorf("-want +got:\n%s", diff)
				}
				got = s.ask(t, "PROPFIND", path, "", "Depth: 0").properties(t)
				for name := range got {
					if _, local, _ := strings.Cut(name, " "); isLive(local) && (local != "displayname" || c.after[local] == "") {
						delete(got, name)
					}
				}
				if diff := cmp.Diff(prefixed(c.after), got); diff != "" {
					t.Errorf("-want +got:\n%s", diff)
				}
				if len(c.after) == 0 && strings.Contains(s.holds(t), "PROPS") {
					t.Errorf("the share holds %s", s.holds(t))
				}
			})
		}
	}
}

func isLive(name string) bool {
	for _, l := range live {
		if l == name {
			return true
		}
	}
	return false
}

func TestProppatch_TooMuch(t *testing.T) {
	s := share(t, map[string]string{"a": "A"})
	for i := range 3 {
		a := s.ask(t, "PROPPATCH", "/a", update(set(fmt.Sprintf("<x:a%d>%s</x:a%[1]d>", i, strings.Repeat("x", 100<<10)))))
		if want := []int{207, 207, 507}[i]; a.status != want {
			t.Errorf("%d: %d, want %d", i, a.status, want)
		}
	}
	if props, err := s.properties("a", false); err != nil || len(props) != 2 {
		t.Errorf("%d, %v", len(props), err)
	}
}

// Dead properties stay with a file that gets new content, come along when it is
// copied or moved, and go when it is deleted.
func TestDeadProperties(t *testing.T) {
	const moved = "Destination: /dav/"
	long := strings.Repeat("n", 250)
	for _, c := range []struct {
		method, path, field string
		want                map[string]string // file -> property
	}{
		{"PUT", "/a", "", map[string]string{"a": "of a", "d": "of d", "d/b": "of b", "o": "of o"}},
		{"DELETE", "/a", "", map[string]string{"d": "of d", "d/b": "of b", "o": "of o"}},
		{"DELETE", "/d", "", map[string]string{"a": "of a", "o": "of o"}},
		{"COPY", "/a", moved + "n", map[string]string{"a": "of a", "n": "of a", "d": "of d", "d/b": "of b", "o": "of o"}},
		{"COPY", "/a", moved + "o", map[string]string{"a": "of a", "o": "of a", "d": "of d", "d/b": "of b"}},
		{"COPY", "/a", moved + "d/b", map[string]string{"a": "of a", "d/b": "of a", "d": "of d", "o": "of o"}},
		{"COPY", "/a", moved + "d", map[string]string{"a": "of a", "d": "of a", "o": "of o"}},
		{"COPY", "/bare", moved + "o", map[string]string{"a": "of a", "d": "of d", "d/b": "of b"}},
		{"COPY", "/d", moved + "n", map[string]string{"a": "of a", "d": "of d", "d/b": "of b", "n": "of d", "n/b": "of b", "o": "of o"}},
		{"COPY", "/d", moved + "o", map[string]string{"a": "of a", "d": "of d", "d/b": "of b", "o": "of d", "o/b": "of b"}},
		{"MOVE", "/a", moved + "n", map[string]string{"n": "of a", "d": "of d", "d/b": "of b", "o": "of o"}},
		{"MOVE", "/a", moved + "o", map[string]string{"o": "of a", "d": "of d", "d/b": "of b"}},
		{"MOVE", "/bare", moved + "o", map[string]string{"a": "of a", "d": "of d", "d/b": "of b"}},
		{"MOVE", "/d/b", moved + "n", map[string]string{"a": "of a", "d": "of d", "n": "of b", "o": "of o"}},
		{"MOVE", "/d", moved + "n", map[string]string{"a": "of a", "n": "of d", "n/b": "of b", "o": "of o"}},
		{"MOVE", "/a", moved + long, map[string]string{long: "of a", "d": "of d", "d/b": "of b", "o": "of o"}},
	} {
		t.Run(c.method+" "+c.path+" "+c.field, func(t *testing.T) {
			s := share(t, map[string]string{"a": "A", "bare": "", "d/b": "B", "o": "O"})
			for path, value := range map[string]string{"/a": "of a", "/d": "of d", "/d/b": "of b", "/o": "of o"} {
				if a := s.ask(t, "PROPPATCH", path, update(set("<x:p>"+value+"</x:p>"))); a.status != 207 {
					t.Fatalf("%+v", a)
				}
			}
			body := ""
			if c.method == "PUT" {
				body = "N"
			}
			if a := s.ask(t, c.method, c.path, body, c.field); a.status >= 300 {
				t.Fatalf("%+v", a)
			}
			s.Infinity = true
			got := map[string]string{}
			for name, value := range s.ask(t, "PROPFIND", "/", find("<x:p/>")).properties(t) {
				if href, ok := strings.CutSuffix(name, " urn:x p"); ok && !strings.HasPrefix(value, "!") {
					got[strings.Trim(strings.TrimPrefix(href, "/dav/"), "/")] = value
				}
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			sides := 0
			_ = filepath.WalkDir(s.Dir.Tree.Dir, func(path string, e os.DirEntry, err error) error {
				if strings.Contains(path, sideDir) && e.Type().IsRegular() {
					sides++
				}
				return err
			})
			if sides != len(c.want) {
				t.Errorf("%d side files, want %d", sides, len(c.want))
			}
		})
	}
}

// A collection of itself alone has its own properties when it is copied.
func TestDeadProperties_DepthZero(t *testing.T) {
	s := share(t, map[string]string{"d/b": "B"})
	for _, path := range []string{"/d", "/d/b"} {
		if a := s.ask(t, "PROPPATCH", path, update(set("<x:p>"+path+"</x:p>"))); a.status != 207 {
			t.Fatalf("%+v", a)
		}
	}
	if a := s.ask(t, "COPY", "/d", "", "Destination: /dav/n", "Depth: 0"); a.status != 201 {
		t.Fatalf("%+v", a)
	}
	if got := s.holds(t); got != "d/ d/PROPS/f-b d/PROPS/self d/b=B n/ n/PROPS/self" {
		t.Errorf("%s", got)
	}
}

// A side file that is broken costs its own request alone.
func TestDeadProperties_Broken(t *testing.T) {
	s := share(t, map[string]string{"a": "A", "b": "B", ".kamaelia-props/f-a": "nonsense"})
	if a := s.ask(t, "PROPFIND", "/a", ""); a.status != 500 {
		t.Errorf("%+v", a)
	}
	if a := s.ask(t, "PROPFIND", "/b", ""); a.status != 207 {
		t.Errorf("%+v", a)
	}
}
