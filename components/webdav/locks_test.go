package webdav

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kamaelia-go/kamaelia/components/http1"
)

// Which locks go together, by where they are and of what kind.
func TestLocks_Take(t *testing.T) {
	now := time.Now()
	for _, c := range []struct{ first, second, want string }{
		{"exclusive 0 a", "exclusive 0 a", "locked"},
		{"exclusive 0 a", "shared 0 a", "locked"},
		{"shared 0 a", "exclusive 0 a", "locked"},
		{"shared 0 a", "shared 0 a", ""},
		{"exclusive 0 a", "exclusive 0 b", ""},
		{"exclusive 0 a", "exclusive 0 ab", ""},
		{"exclusive 0 d", "exclusive 0 d/a", ""},
		{"exclusive infinity d", "exclusive 0 d/a", "locked"},
		{"exclusive infinity d", "shared 0 d/e/a", "locked"},
		{"shared infinity d", "shared infinity d/e", ""},
		{"exclusive infinity d", "exclusive 0 da", ""},
		{"exclusive 0 d/a", "exclusive infinity d", "locked"},
		{"exclusive 0 d/a", "exclusive 0 d", ""},
		{"shared 0 d/a", "exclusive infinity d", "locked"},
		{"shared 0 d/a", "shared infinity d", ""},
		{"exclusive infinity ", "exclusive 0 a", "locked"},
		{"exclusive 0 ", "exclusive 0 a", ""},
		{"exclusive 0 d/e/a", "exclusive infinity ", "locked"},
	} {
		var l locks
		if err := l.take(lockOf(c.first), now, 10); err != nil {
			t.Fatal(err)
		}
		err := l.take(lockOf(c.second), now, 10)
		if (err == errLocked) != (c.want != "") || err != nil && err != errLocked {
			t.Errorf("%s, then %s: %v", c.first, c.second, err)
		}
		if err := l.take(lockOf(c.second), now.Add(time.Minute), 10); err != nil && c.want != "" {
			t.Errorf("%s, a minute later %s: %v", c.first, c.second, err)
		}
	}
}

func lockOf(s string) *held {
	scope, rest, _ := strings.Cut(s, " ")
	depth, name, _ := strings.Cut(rest, " ")
	return &held{name: name, shared: scope == "shared", deep: depth == "infinity", time: time.Minute}
}

// Which tokens are needed to write what.
func TestLocks_Permit(t *testing.T) {
	now := time.Now()
	for _, c := range []struct {
		locks  string
		tokens string // by number
		user   string
		write  string // "name", or "name/" for all below too
		want   bool
	}{
		{"exclusive 0 a", "", "", "b", true},
		{"exclusive 0 a", "", "", "a", false},
		{"exclusive 0 a", "0", "", "a", true},
		{"exclusive 0 a", "0", "other", "a", false},
		{"shared 0 a, shared 0 a", "", "", "a", false},
		{"shared 0 a, shared 0 a", "1", "", "a", true},
		{"exclusive infinity d", "", "", "d/e/a", false},
		{"exclusive infinity d", "0", "", "d/e/a", true},
		{"exclusive 0 d", "", "", "d/a", true},
		{"exclusive 0 d/a", "", "", "d", true},
		{"exclusive 0 d/a", "", "", "d/", false},
		{"exclusive 0 d/a", "0", "", "d/", true},
		{"exclusive 0 d/a, exclusive 0 d/b", "0", "", "d/", false},
		{"exclusive 0 d/a, exclusive 0 d/b", "0 1", "", "d/", true},
		{"shared 0 d/a, shared 0 d/a", "1", "", "d/", true},
		{"shared infinity , shared 0 d/a", "0", "", "d/a", true},
		{"shared infinity , shared 0 d/a", "0", "", "d/", false},
	} {
		var l locks
		var all, tokens []string
		for s := range strings.SplitSeq(c.locks, ", ") {
			x := lockOf(s)
			if err := l.take(x, now, 10); err != nil {
				t.Fatal(err)
			}
			all = append(all, x.token)
		}
		for _, i := range strings.Fields(c.tokens) {
			tokens = append(tokens, all[i[0]-'0'])
		}
		w := write{strings.TrimSuffix(c.write, "/"), strings.HasSuffix(c.write, "/")}
		if got := l.permit([]write{{name: "free"}, w}, tokens, c.user, now); got != c.want {
			t.Errorf("%+v: %v", c, got)
		}
		if !l.permit([]write{w}, nil, "", now.Add(time.Minute)) {
			t.Errorf("%+v: locked a minute later", c)
		}
	}
}

func TestLocks_Most(t *testing.T) {
	var l locks
	now := time.Now()
	for i := range 3 {
		if err := l.take(lockOf(fmt.Sprint("exclusive 0 a", i)), now, 3); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.take(lockOf("exclusive 0 b"), now, 3); err != errMany {
		t.Errorf("%v", err)
	}
	later := now.Add(time.Minute)
	if err := l.take(lockOf("exclusive 0 b"), later, 3); err != nil || len(l.byToken) != 1 || len(l.byName) != 1 {
		t.Errorf("%v, %v", err, l.byName)
	}
	l.forget("", false)
	if len(l.byToken) != 0 || len(l.byName) != 0 {
		t.Errorf("%v", l.byName)
	}
}

// A lock keeps others away from a file, until it is given up or its time is over.
func TestLock(t *testing.T) {
	s := share(t, siteFiles())
	token := s.lock(t, "/a", "exclusive", "Timeout: Second-600")
	mine := "If: (<" + token + ">)"
	for _, c := range []struct {
		method, path string
		fields       []string
		body         string
		want         int
	}{
		{"PUT", "/a", nil, "N", 423},
		{"DELETE", "/a", nil, "", 423},
		{"PROPPATCH", "/a", nil, `<propertyupdate xmlns="DAV:"><set><prop><displayname>x</displayname></prop></set></propertyupdate>`, 423},
		{"MOVE", "/a", []string{"Destination: /dav/n"}, "", 423},
		{"COPY", "/d/b", []string{"Destination: /dav/a"}, "", 423},
		{"MOVE", "/d/b", []string{"Destination: /dav/a"}, "", 423},
		{"LOCK", "/a", nil, lockXML("exclusive", ""), 423},
		{"LOCK", "/a", nil, lockXML("shared", ""), 423},
		{"LOCK", "/", nil, lockXML("shared", ""), 423},
		{"LOCK", "/", []string{"Depth: 0"}, lockXML("shared", ""), 200},
		{"COPY", "/a", []string{"Destination: /dav/d/n"}, "", 201},
		{"PUT", "/a", []string{mine}, "N", 204},
		{"LOCK", "/a", []string{mine, "Timeout: Second-60"}, "", 200},
		{"LOCK", "/d", []string{mine}, "", 412},
		{"UNLOCK", "/d", []string{"Lock-Token: <" + token + ">"}, "", 409},
		{"UNLOCK", "/a", []string{"Lock-Token: <" + token + ">"}, "", 204},
		{"UNLOCK", "/a", []string{"Lock-Token: <" + token + ">"}, "", 409},
		{"PUT", "/a", []string{mine}, "N", 412},
		{"PUT", "/a", nil, "N", 204},
	} {
		if a := s.ask(t, c.method, c.path, c.body, c.fields...); a.status != c.want {
			t.Errorf("%s %s %s: %+v, want %d", c.method, c.path, c.fields, a, c.want)
		}
	}
}

// A lock on a collection keeps names out of it, and with depth all that is below.
func TestLock_Collection(t *testing.T) {
	for _, c := range []struct {
		depth, method, path string
		field               string
		want                int
	}{
		{"0", "PUT", "/d/n", "", 423},
		{"0", "MKCOL", "/d/n", "", 423},
		{"0", "LOCK", "/d/n", "", 423},
		{"0", "DELETE", "/d/b", "", 423},
		{"0", "MOVE", "/d/b", "Destination: /dav/n", 423},
		{"0", "MOVE", "/a", "Destination: /dav/d/n", 423},
		{"0", "COPY", "/a", "Destination: /dav/d/n", 423},
		{"0", "COPY", "/a", "Destination: /dav/d/b", 204},
		{"0", "PUT", "/d/b", "", 204},
		{"0", "PUT", "/d/e/n", "", 201},
		{"0", "DELETE", "/d/e/c", "", 204},
		{"infinity", "PUT", "/d/b", "", 423},
		{"infinity", "PUT", "/d/e/n", "", 423},
		{"infinity", "DELETE", "/d/e/c", "", 423},
		{"infinity", "DELETE", "/d", "", 423},
		{"infinity", "LOCK", "/d/e/c", "", 423},
		{"infinity", "PUT", "/n", "", 201},
	} {
		t.Run(c.depth+" "+c.method+" "+c.path, func(t *testing.T) {
			s := share(t, siteFiles())
			token := s.lock(t, "/d", "exclusive", "Depth: "+c.depth)
			body := ""
			switch c.method {
			case "PUT":
				body = "N"
			case "LOCK":
				body = lockXML("exclusive", "")
			}
			before := s.holds(t)
			if a := s.ask(t, c.method, c.path, body, c.field); a.status != c.want {
				t.Errorf("%+v, want %d", a, c.want)
			}
			if c.want != 423 {
				return
			}
			if after := s.holds(t); after != before {
				t.Errorf("the share holds\n%s", after)
			}
			if c.method == "LOCK" && c.depth == "infinity" {
				return // a second lock helps nobody
			}
			if a := s.ask(t, c.method, c.path, body, c.field, "If: </dav/d> (<"+token+">)"); a.status >= 300 {
				t.Errorf("with the token: %+v", a)
			}
		})
	}
}

// Locks go with what they were taken on, and do not come along.
func TestLock_GoesWithResource(t *testing.T) {
	for _, c := range []struct{ method, path, field string }{
		{"DELETE", "/d", ""}, {"MOVE", "/d", "Destination: /dav/n"},
	} {
		s := share(t, siteFiles())
		one, two := s.lock(t, "/d/b", "exclusive"), s.lock(t, "/d/e/c", "shared")
		if a := s.ask(t, c.method, c.path, "", c.field); a.status != 423 {
			t.Errorf("%s: %+v", c.method, a)
		}
		both := "If: </dav/d/b> (<" + one + ">) </dav/d/e/c> (<" + two + ">)"
		if a := s.ask(t, c.method, c.path, "", c.field, both); a.status >= 300 {
			t.Errorf("%s: %+v", c.method, a)
		}
		if n := len(s.locks.byToken); n != 0 {
			t.Errorf("%s: %d locks are left", c.method, n)
		}
	}
	s := share(t, siteFiles())
	token := s.lock(t, "/a", "exclusive")
	if a := s.ask(t, "COPY", "/d/b", "", "Destination: /dav/a", "If: </dav/a> (<"+token+">)"); a.status != 204 {
		t.Errorf("%+v", a)
	}
	if s.locks.byToken[token] == nil {
		t.Error("a file that was replaced has lost its lock")
	}
}

// A lock is the user's who took it, if there are users.
func TestLock_Users(t *testing.T) {
	s := share(t, siteFiles())
	ask := func(user, method, path, body string, fields ...string) answer {
		req := request(method, "/dav"+path, body, fields...)
		req.User = user
		return s.answer(t, req)
	}
	token := strings.Trim(ask("ann", "LOCK", "/a", lockXML("exclusive", "")).header.Get("Lock-Token"), "<>")
	for _, c := range []struct {
		user, method, field string
		want                int
	}{
		{"bob", "PUT", "If: (<" + token + ">)", 423},
		{"bob", "LOCK", "If: (<" + token + ">)", 412},
		{"bob", "UNLOCK", "Lock-Token: <" + token + ">", 403},
		{"ann", "PUT", "If: (<" + token + ">)", 204},
		{"ann", "LOCK", "If: (<" + token + ">)", 200},
		{"ann", "UNLOCK", "Lock-Token: <" + token + ">", 204},
	} {
		if a := ask(c.user, c.method, "/a", "", c.field); a.status != c.want {
			t.Errorf("%s %s: %+v, want %d", c.user, c.method, a, c.want)
		}
	}
}

// Times are those of the client, within bounds, and end.
func TestLock_Time(t *testing.T) {
	for field, want := range map[string]time.Duration{
		"":                                time.Hour,
		"Timeout: Infinite":               time.Hour,
		"Timeout: Second-60":              time.Minute,
		"Timeout: Infinite, Second-60":    time.Minute,
		"Timeout: Second-4100000000":      time.Hour,
		"Timeout: Second-0":               time.Hour,
		"Timeout: Second--1, Second-30":   30 * time.Second,
		"Timeout: Extend, nothing, a, b,": time.Hour,
	} {
		c := &call{Handler: &Handler{Share: &Share{}}, req: request("LOCK", "/", "", field)}
		if got := c.timeout(); got != want {
			t.Errorf("%s: %v, want %v", field, got, want)
		}
	}
	s := share(t, siteFiles())
	synctest.Test(t, func(t *testing.T) {
		h := &Handler{Share: s, Prefix: "/dav"}
		do := func(method, body string, fields ...string) (int, string) {
			c := request(method, "/dav/a", body, fields...)
			resp, err := h.serve(t.Context(), c)
			if err != nil {
				return 0, err.Error()
			}
			return resp.Status, resp.Header.Get("Lock-Token")
		}
		_, token := do("LOCK", lockXML("exclusive", ""), "Timeout: Second-60")
		time.Sleep(59 * time.Second)
		if status, _ := do("PUT", "N"); status != 0 {
			t.Errorf("after 59 s: %d", status)
		}
		if status, _ := do("LOCK", "", "If: ("+token+")", "Timeout: Second-60"); status != 200 {
			t.Errorf("refreshed: %d", status)
		}
		time.Sleep(59 * time.Second)
		if status, _ := do("PUT", "N"); status != 0 {
			t.Errorf("59 s later: %d", status)
		}
		time.Sleep(time.Second)
		if status, err := do("PUT", "N"); status != 204 {
			t.Errorf("when it is over: %d %s", status, err)
		}
	})
}

// TestLock_There: a file that is made while a LOCK makes one is locked, and stays as it is.
func TestLock_There(t *testing.T) {
	s := share(t, nil)
	root := s.Dir.Tree.Dir
	const body = `<D:lockinfo xmlns:D="DAV:"><D:lockscope><D:exclusive/></D:lockscope><D:locktype><D:write/></D:locktype></D:lockinfo>`
	c := &call{Handler: &Handler{Share: s}, ctx: t.Context(), req: request("LOCK", "/new", body), path: "/new", name: "new"}
	status := make(chan int, 1)
	err := s.Dir.Do(func() error { // no file takes its place
		go func() {
			resp, err := c.lock()
			if err != nil {
				t.Error(err)
				resp = &http1.Response{}
			}
			status <- resp.Status
		}()
		for limit := time.Now().Add(10 * time.Second); time.Now().Before(limit); runtime.Gosched() {
			if made, err := os.ReadDir(root); err != nil || len(made) > 0 {
				break // the one of the LOCK, which waits for its place
			}
		}
		return os.WriteFile(filepath.Join(root, "new"), []byte("content"), 0o644)
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := <-status; got != 200 {
		t.Errorf("%d, want 200", got)
	}
	if got := s.holds(t); got != "new=content" {
		t.Errorf("%s", got)
	}
	if got := len(s.locks.list("new", time.Now())); got != 1 {
		t.Errorf("%d locks", got)
	}
}
