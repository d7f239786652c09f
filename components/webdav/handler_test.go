package webdav

import (
	"strings"
	"testing"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/axon/axontest"
	"github.com/kamaelia-go/kamaelia/components/files"
	"github.com/kamaelia-go/kamaelia/components/http1"
	"github.com/kamaelia-go/kamaelia/components/upload"
)

func TestHandler_Conform(t *testing.T) {
	s := share(t, nil)
	for i := range 300 {
		_ = s.Dir.Root().Mkdir(string(rune('a'+i%26))+strings.Repeat("x", i/26), 0o755)
	}
	axontest.Conform(t, func() axon.Component { return &Handler{Share: s} },
		axontest.FeedFunc("inbox", func() []*http1.Request {
			return []*http1.Request{
				request("MKCOL", "/new", ""), request("PUT", "/new/a", "text"), request("PROPFIND", "/new", "", "Depth: 1"),
				request("LOCK", "/new/a", lockXML("exclusive", "me")), request("BREW", "/", ""), request("DELETE", "/new/none", ""),
			}
		}))
}

const site = "a=A d/ d/b=B d/e/ d/e/c=C link->a to-d->d"

func siteFiles() map[string]string {
	return map[string]string{"a": "A", "d/b": "B", "d/e/c": "C", "link": "-> a", "to-d": "-> d"}
}

func TestHandler(t *testing.T) {
	to := func(path string) string { return "Destination: http://dav.example/dav" + path }
	for _, c := range []struct {
		name, method, path, body string
		fields                   []string
		status                   int
		holds                    string
	}{
		{"put", "PUT", "/n", "N", nil, 201, site + " n=N"},
		{"put, replacing", "PUT", "/a", "N", nil, 204, strings.Replace(site, "=A", "=N", 1)},
		{"put into nothing", "PUT", "/n/a", "N", nil, 409, site},
		{"put on a collection", "PUT", "/d", "N", nil, 405, site},
		{"put on the share", "PUT", "/", "N", nil, 405, site},
		{"put with a slash", "PUT", "/n/", "N", nil, 405, site},
		{"put outside", "PUT", "/../n", "N", nil, 400, site},
		{"put what is the server's", "PUT", "/.kamaelia-props/self", "N", nil, 403, site},
		{"put, part", "PUT", "/n", "N", []string{"Content-Range: bytes 0-0/2"}, 400, site},
		{"put, another there", "PUT", "/a", "N", []string{"If-None-Match: *"}, 412, site},
		{"make a collection", "MKCOL", "/n", "", nil, 201, site + " n/"},
		{"make a collection, with its slash", "MKCOL", "/d/n/", "", nil, 201, strings.Replace(site, " link", " d/n/ link", 1)},
		{"make a collection in nothing", "MKCOL", "/n/n", "", nil, 409, site},
		{"make a collection in a file", "MKCOL", "/a/n", "", nil, 409, site},
		{"make a collection that is there", "MKCOL", "/d", "", nil, 405, site},
		{"make a collection over a file", "MKCOL", "/a", "", nil, 405, site},
		{"make a collection with a body", "MKCOL", "/n", "N", nil, 415, site},
		{"make the share", "MKCOL", "/", "", nil, 405, site},
		{"delete a file", "DELETE", "/a", "", nil, 204, "d/ d/b=B d/e/ d/e/c=C link->a to-d->d"},
		{"delete a collection", "DELETE", "/d", "", nil, 204, "a=A link->a to-d->d"},
		{"delete a collection with its slash", "DELETE", "/d/e/", "", nil, 204, "a=A d/ d/b=B link->a to-d->d"},
		{"delete a link", "DELETE", "/link", "", nil, 204, "a=A d/ d/b=B d/e/ d/e/c=C to-d->d"},
		{"delete a link to a collection", "DELETE", "/to-d", "", nil, 204, "a=A d/ d/b=B d/e/ d/e/c=C link->a"},
		{"delete a link that leads nowhere", "DELETE", "/link", "", []string{"X-First: a"}, 204, "a=A d/ d/b=B d/e/ d/e/c=C to-d->d"},
		{"delete nothing", "DELETE", "/n", "", nil, 404, site},
		{"delete below nothing", "DELETE", "/n/n", "", nil, 404, site},
		{"delete below a file", "DELETE", "/a/n", "", nil, 404, site},
		{"delete a file as a collection", "DELETE", "/a/", "", nil, 404, site},
		{"delete the share", "DELETE", "/", "", nil, 403, site},
		{"delete if another", "DELETE", "/a", "", []string{`If-Match: "x"`}, 412, site},
		{"copy a file", "COPY", "/a", "", []string{to("/n")}, 201, site + " n=A"},
		{"copy a file by an absolute path", "COPY", "/a", "", []string{"Destination: /dav/n"}, 201, site + " n=A"},
		{"copy a file over another", "COPY", "/a", "", []string{to("/d/b")}, 204, strings.Replace(site, "=B", "=A", 1)},
		{"copy a file over a collection", "COPY", "/a", "", []string{to("/d")}, 204, "a=A d=A link->a to-d->d"},
		{"copy a file, but not over another", "COPY", "/a", "", []string{to("/d/b"), "Overwrite: F"}, 412, site},
		{"copy a file, nothing to be kept", "COPY", "/a", "", []string{to("/n"), "Overwrite: F"}, 201, site + " n=A"},
		{"copy a link: what it leads to", "COPY", "/link", "", []string{to("/n")}, 201, site + " n=A"},
		{"copy a collection", "COPY", "/d", "", []string{to("/n")}, 201, site[:len("a=A d/ d/b=B d/e/ d/e/c=C link->a")] + " n/ n/b=B n/e/ n/e/c=C to-d->d"},
		{"copy a collection, itself alone", "COPY", "/d", "", []string{to("/n"), "Depth: 0"}, 201, site[:len("a=A d/ d/b=B d/e/ d/e/c=C link->a")] + " n/ to-d->d"},
		{"copy a collection over a file", "COPY", "/d/e", "", []string{to("/a")}, 204, "a/ a/c=C d/ d/b=B d/e/ d/e/c=C link->a to-d->d"},
		{"copy a collection to a depth", "COPY", "/d", "", []string{to("/n"), "Depth: 1"}, 400, site},
		{"copy nothing", "COPY", "/n", "", []string{to("/m")}, 404, site},
		{"copy to nowhere", "COPY", "/a", "", nil, 400, site},
		{"copy into nothing", "COPY", "/a", "", []string{to("/n/n")}, 409, site},
		{"copy into a file", "COPY", "/d/b", "", []string{to("/a/n")}, 409, site},
		{"copy to another server", "COPY", "/a", "", []string{"Destination: http://other.example/dav/n"}, 502, site},
		{"copy out of the share", "COPY", "/a", "", []string{"Destination: http://dav.example/davn"}, 502, site},
		{"copy outside", "COPY", "/a", "", []string{"Destination: http://dav.example/dav/../n"}, 502, site},
		{"copy to what is the server's", "COPY", "/a", "", []string{to("/.kamaelia-x")}, 403, site},
		{"copy onto itself", "COPY", "/a", "", []string{to("/a")}, 403, site},
		{"copy into itself", "COPY", "/d", "", []string{to("/d/e/n")}, 403, site},
		{"copy over what it is in", "COPY", "/d/e", "", []string{to("/d")}, 403, site},
		{"copy over the share", "COPY", "/d", "", []string{to("/")}, 403, site},
		{"move a file", "MOVE", "/a", "", []string{to("/n")}, 201, "d/ d/b=B d/e/ d/e/c=C link->a n=A to-d->d"},
		{"move a file over another", "MOVE", "/a", "", []string{to("/d/b")}, 204, "d/ d/b=A d/e/ d/e/c=C link->a to-d->d"},
		{"move a file, but not over another", "MOVE", "/a", "", []string{to("/d/b"), "Overwrite: F"}, 412, site},
		{"move a link", "MOVE", "/link", "", []string{to("/n")}, 201, "a=A d/ d/b=B d/e/ d/e/c=C n->a to-d->d"},
		{"move a collection", "MOVE", "/d", "", []string{to("/n")}, 201, "a=A link->a n/ n/b=B n/e/ n/e/c=C to-d->d"},
		{"move a collection over a file", "MOVE", "/d/e", "", []string{to("/a")}, 204, "a/ a/c=C d/ d/b=B link->a to-d->d"},
		{"move a collection with its depth", "MOVE", "/d/e", "", []string{to("/n"), "Depth: infinity"}, 201, "a=A d/ d/b=B link->a n/ n/c=C to-d->d"},
		{"move a collection, itself alone", "MOVE", "/d", "", []string{to("/n"), "Depth: 0"}, 400, site},
		{"move into itself", "MOVE", "/d", "", []string{to("/d/n")}, 403, site},
		{"move the share", "MOVE", "/", "", []string{to("/n")}, 403, site},
		{"move nothing", "MOVE", "/n", "", []string{to("/m")}, 404, site},
		{"properties of nothing", "PROPFIND", "/n", "", []string{"Depth: 0"}, 404, site},
		{"properties of a file as a collection", "PROPFIND", "/a/", "", []string{"Depth: 0"}, 404, site},
		{"properties of the whole tree", "PROPFIND", "/", "", []string{"Depth: infinity"}, 403, site},
		{"properties of no depth", "PROPFIND", "/", "", nil, 403, site},
		{"properties of a strange depth", "PROPFIND", "/", "", []string{"Depth: 2"}, 400, site},
		{"properties, not XML", "PROPFIND", "/", "<propfind", []string{"Depth: 0"}, 400, site},
		{"properties, no namespace", "PROPFIND", "/", "<propfind><allprop/></propfind>", []string{"Depth: 0"}, 400, site},
		{"properties, two questions", "PROPFIND", "/", `<propfind xmlns="DAV:"><allprop/><propname/></propfind>`, []string{"Depth: 0"}, 400, site},
		{"properties, no question", "PROPFIND", "/", `<propfind xmlns="DAV:"/>`, []string{"Depth: 0"}, 400, site},
		{"properties, very many", "PROPFIND", "/", `<propfind xmlns="DAV:"><prop>` + strings.Repeat("<x/>", 257) + `</prop></propfind>`, []string{"Depth: 0"}, 400, site},
		{"properties, very long", "PROPFIND", "/", strings.Repeat(" ", 300<<10), []string{"Depth: 0"}, 413, site},
		{"patch nothing", "PROPPATCH", "/n", `<propertyupdate xmlns="DAV:"><set><prop><x/></prop></set></propertyupdate>`, nil, 404, site},
		{"patch without a body", "PROPPATCH", "/a", "", nil, 400, site},
		{"patch of nothing", "PROPPATCH", "/a", `<propertyupdate xmlns="DAV:"/>`, nil, 400, site},
		{"patch without a prop", "PROPPATCH", "/a", `<propertyupdate xmlns="DAV:"><set/></propertyupdate>`, nil, 400, site},
		{"unlock without a token", "UNLOCK", "/a", "", nil, 400, site},
		{"unlock without brackets", "UNLOCK", "/a", "", []string{"Lock-Token: urn:x"}, 400, site},
		{"unlock what is not locked", "UNLOCK", "/a", "", []string{"Lock-Token: <urn:x>"}, 409, site},
		{"refresh without a token", "LOCK", "/a", "", nil, 400, site},
		{"refresh what is not locked", "LOCK", "/a", "", []string{"If: (<urn:x>)"}, 412, site},
		{"lock of a strange scope", "LOCK", "/a", lockXML("loose", ""), nil, 422, site},
		{"lock of a strange depth", "LOCK", "/a", lockXML("shared", ""), []string{"Depth: 1"}, 400, site},
		{"lock what is not there", "LOCK", "/n", lockXML("shared", ""), nil, 201, site + " n="},
		{"lock in nothing", "LOCK", "/n/n", lockXML("shared", ""), nil, 409, site},
		{"lock a collection that is not there", "LOCK", "/n/", lockXML("shared", ""), nil, 409, site},
		{"lock by a long name", "LOCK", "/a", lockXML("shared", strings.Repeat("x", 5000)), nil, 413, site},
		{"If that is none", "PUT", "/a", "N", []string{"If: urn:x"}, 400, site},
		{"another method", "BREW", "/a", "", nil, 405, site},
		{"a host in other letters", "COPY", "/a", "", []string{"Destination: http://DAV.example/dav/n"}, 201, site + " n=A"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := share(t, siteFiles())
			want := strings.Fields(c.holds)
			a := s.ask(t, c.method, c.path, c.body, c.fields...)
			if a.status != c.status {
				t.Errorf("%d %s, want %d", a.status, a.body, c.status)
			}
			got := strings.Fields(s.holds(t))
			if strings.Join(sorted(got), " ") != strings.Join(sorted(want), " ") {
				t.Errorf("the share holds\n%s\nwant\n%s", got, want)
			}
		})
	}
}

// What OPTIONS says, and what of hidden names there is.
func TestHandler_Options(t *testing.T) {
	s := share(t, siteFiles())
	for path, want := range map[string]string{"/": allowCollection, "/a": allowFile, "/d": allowCollection, "/n": allowNothing} {
		a := s.ask(t, "OPTIONS", path, "")
		if a.status != 200 || a.header.Get("Allow") != want || a.header.Get("DAV") != "1, 2" {
			t.Errorf("%s: %+v", path, a)
		}
	}
	closed := &Share{Dir: &upload.Dir{Tree: &files.Tree{Dir: s.Dir.Tree.Dir}}}
	if err := closed.Dir.Tree.Open(); err != nil {
		t.Fatal(err)
	}
	defer closed.Dir.Tree.Close()
	if err := closed.Dir.Open(); err != nil {
		t.Fatal(err)
	}
	defer closed.Dir.Close()
	for _, name := range []string{"/.hid", "/.well-known"} {
		if a := s.ask(t, "MKCOL", name, ""); a.status != 201 {
			t.Errorf("%s: %+v", name, a)
		}
	}
	if a := closed.ask(t, "MKCOL", "/.other", ""); a.status != 403 {
		t.Errorf("%+v", a)
	}
	for s, want := range map[*Share]bool{s: true, closed: false} {
		props := s.ask(t, "PROPFIND", "/", "", "Depth: 1").properties(t)
		if _, seen := props["/dav/.hid/"]; seen != want {
			t.Errorf("%v: %v", want, props)
		}
		if _, seen := props["/dav/.well-known/"]; !seen {
			t.Errorf("%v", props)
		}
	}
	for name, s := range map[string]*Share{"no dir": {}, "negative": {Dir: s.Dir, Locks: -1}} {
		if (&Handler{Share: s}).Validate() == nil {
			t.Errorf("%s is valid", name)
		}
	}
	if (&Handler{}).Validate() == nil {
		t.Error("a Handler without a Share is valid")
	}
}
