//go:build unix

package cgi

import (
	"errors"
	"fmt"
	"testing"

	"github.com/kamaelia-go/kamaelia/components/gateway"
	"github.com/kamaelia-go/kamaelia/components/gateway/gatewaytest"
	"github.com/kamaelia-go/kamaelia/components/http1"
)

func TestFind(t *testing.T) {
	run := gatewaytest.Sh("true")
	dir := gatewaytest.Scripts(t, map[string]string{
		"a.cgi": run, "b.py": "print()", "style.css": "secret", "sub/c.cgi": run, "sub/index.cgi": run, "bare/d.cgi": run,
		".hidden.cgi": run, "link.cgi": "-> a.cgi", "out.cgi": "-> ../../../../bin/true", "up": "-> ..", "abs.cgi": "-> /bin/true",
		"py/index.py": "print()",
	})
	for _, own := range []struct{ path, want string }{
		{"/cgi/a.cgi", "/cgi/a.cgi||a.cgi"},
		{"/cgi/a.cgi/", "/cgi/a.cgi|/|a.cgi"},
		{"/cgi/a.cgi/x//y", "/cgi/a.cgi|/x//y|a.cgi"},
		{"/cgi/b.py/x", "/cgi/b.py|/x|python b.py"},
		{"/cgi/sub/c.cgi/x", "/cgi/sub/c.cgi|/x|sub/c.cgi"},
		{"/cgi/sub/", "/cgi/sub/index.cgi||sub/index.cgi"},
		{"/cgi/py/", "/cgi/py/index.py||python py/index.py"},
		{"/cgi/sub", "slash"},
		{"/cgi/link.cgi", "/cgi/link.cgi||link.cgi"},
		{"/cgi/", "403"}, {"/cgi", "403"}, {"/cgi/bare/", "403"}, {"/cgi/bare", "403"},
		{"/cgi/style.css", "403"},
		{"/cgi/none", "404"}, {"/cgi/none/a.cgi", "404"}, {"/cgi//a.cgi", "404"}, {"/cgi/sub//c.cgi", "404"},
		{"/cgi/.hidden.cgi", "404"}, {"/cgi/out.cgi", "404"}, {"/cgi/abs.cgi", "404"}, {"/cgi/up/a.cgi", "404"}, {"/cgi/../a.cgi", "404"},
		{"/cgi/a.cgi\x00", "400"},
	} {
		d := open(t, &Dir{Path: dir, Interpreters: map[string]string{".py": "python"}})
		s, err := d.find("/cgi", own.path)
		got := ""
		var f *http1.Failure
		switch {
		case errors.As(err, &f):
			got = fmt.Sprint(f.Status)
		case s.slash:
			got = "slash"
		default:
			got = s.name + "|" + s.info + "|"
			if s.interpreter != "" {
				got += s.interpreter + " "
			}
			got += s.file[len(dir)+1:]
		}
		if got != own.want {
			t.Errorf("%q: %s, want %s: %v", own.path, got, own.want, err)
		}
	}
}

func TestFind_Single(t *testing.T) {
	d := open(t, &Dir{Path: gatewaytest.Scripts(t, map[string]string{"a": gatewaytest.Sh("true")}) + "/a"})
	for path, want := range map[string]string{"/git": "", "/git/": "/", "/git/x/y": "/x/y"} {
		if s, err := d.find("/git", path); err != nil || s.name != "/git" || s.info != want {
			t.Errorf("%s: %+v %v", path, s, err)
		}
	}
}

func TestDir_Open(t *testing.T) {
	for name, d := range map[string]*Dir{
		"no path": {}, "not there": {Path: "/none/such"}, "a device": {Path: "/dev/null"},
		"an extension": {Path: "/", Interpreters: map[string]string{"py": "python"}}, "no interpreter": {Path: "/", Interpreters: map[string]string{".py": ""}},
		"a variable": {Path: "/", Variables: gateway.Variables{Env: []string{"A"}}}, "an index": {Path: "/", Index: []string{"a/b"}},
		"a limit": {Path: "/", Limits: gateway.Limits{Run: -1}}, "a gate": {Path: "/", Gate: &gateway.Gate{Most: -1}},
	} {
		if err := d.Open(); err == nil {
			t.Errorf("%s: opened", name)
		}
	}
	if (&Handler{}).Validate() == nil || (&Handler{Dir: open(t, &Dir{Path: "/"}), Prefix: "a"}).Validate() == nil {
		t.Error("an unfit Handler is valid")
	}
}
