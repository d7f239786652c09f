package gateway

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kamaelia-go/kamaelia/components/http1"
)

func TestUpstream_Validate(t *testing.T) {
	for _, c := range []struct {
		u    *Upstream
		want string
	}{
		{&Upstream{Address: "unix:/run/a.sock", Root: "/srv", Extensions: []string{".php", ".phtml"}, Fallback: "/index.php"}, ""},
		{&Upstream{Address: "localhost:9000"}, ""},
		{&Upstream{Address: "[::1]:9000"}, ""},
		{&Upstream{}, "it needs an address"},
		{&Upstream{Address: "/run/a.sock"}, `address "/run/a.sock": want unix:/path, or host:port`},
		{&Upstream{Address: "unix:"}, "want unix:/path"},
		{&Upstream{Address: "systemd:"}, "want unix:/path"},
		{&Upstream{Address: "unix:/a,mode=0600"}, "want unix:/path"},
		{&Upstream{Address: ":9000"}, "want unix:/path"},
		{&Upstream{Address: "a:0"}, "want unix:/path"},
		{&Upstream{Address: "a:1", Root: "/", Extensions: []string{"php"}}, `extension "php": want .EXT`},
		{&Upstream{Address: "a:1", Root: "/", Index: "a/b"}, `index "a/b" is not a name`},
		{&Upstream{Address: "a:1", Root: "/", Fallback: "index.php"}, "begins with a slash"},
		{&Upstream{Address: "a:1", Root: "/", Fallback: "/../etc/passwd"}, "a path in the root"},
		{&Upstream{Address: "a:1", Fallback: "/index.php"}, "without a root"},
		{&Upstream{Address: "a:1", Connect: -1}, "a negative limit"},
		{&Upstream{Address: "a:1", Variables: Variables{Env: []string{"A"}}}, "want KEY=VALUE"},
		{&Upstream{Address: "a:1", Limits: Limits{Run: -1}}, "a negative limit"},
		{&Upstream{Address: "a:1", Gate: &Gate{Most: -1}}, "a negative number"},
	} {
		err := c.u.Open()
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%+v: %v, want %s", c.u.Address, err, c.want)
		}
		if c.u.Opened() != (c.want == "") {
			t.Errorf("%s: opened: %v", c.u.Address, c.u.Opened())
		}
	}
}

func TestUpstream_Find(t *testing.T) {
	root := t.TempDir()
	for _, name := range []string{"index.php", "admin/index.php", "real.php"} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(root, name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(root, name), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		u          *Upstream
		path, want string
	}{
		{&Upstream{}, "/app", "/app||"},
		{&Upstream{}, "/app/", "/app|/|"},
		{&Upstream{}, "/app/x.php/y", "/app|/x.php/y|"},
		{&Upstream{Documents: "/srv/doc/"}, "/app/x/", "/app|/x/||/srv/doc/x/"},
		{&Upstream{Root: "/srv"}, "/app", "slash"},
		{&Upstream{Root: "/srv"}, "/app/", "/app/index.php||/srv/index.php"},
		{&Upstream{Root: "/srv/"}, "/app/sub/", "/app/sub/index.php||/srv/sub/index.php"},
		{&Upstream{Root: "/srv"}, "/app/a.php", "/app/a.php||/srv/a.php"},
		{&Upstream{Root: "/srv"}, "/app/a.php/", "/app/a.php|/|/srv/a.php|/srv"},
		{&Upstream{Root: "/srv"}, "/app/a.php/b.php//c", "/app/a.php|/b.php//c|/srv/a.php|/srv/b.php/c"},
		{&Upstream{Root: "/srv"}, "/app/sub/a.php/x", "/app/sub/a.php|/x|/srv/sub/a.php|/srv/x"},
		{&Upstream{Root: "/"}, "/app/a.php", "/app/a.php||/a.php"},
		{&Upstream{Root: "/"}, "/app/sub/", "/app/sub/index.php||/sub/index.php"},
		{&Upstream{Root: "//"}, "/app/a.php/x", "/app/a.php|/x|/a.php|/x"},
		{&Upstream{Root: "/"}, "/app", "slash"},
		{&Upstream{Documents: "/"}, "/app/x/", "/app|/x/||/x/"},
		{&Upstream{Root: "/srv", Extensions: []string{".py", ".pl"}}, "/app/a.pl", "/app/a.pl||/srv/a.pl"},
		{&Upstream{Root: "/srv", Extensions: []string{".py"}, Index: "main.py"}, "/app/", "/app/main.py||/srv/main.py"},
		{&Upstream{Root: "/srv"}, "/app/style.css", "404"},
		{&Upstream{Root: "/srv"}, "/app/.php", "404"},
		{&Upstream{Root: "/srv"}, "/app/.git/a.php", "404"},
		{&Upstream{Root: "/srv"}, "/app/../a.php", "404"},
		{&Upstream{Root: "/srv"}, "/app/a.php\x00", "400"},
		{&Upstream{Root: root, Fallback: "/index.php"}, "/app/real.php/x", "/app/real.php|/x|ROOT/real.php|ROOT/x"},
		{&Upstream{Root: root, Fallback: "/index.php"}, "/app/admin/", "/app/admin/index.php||ROOT/admin/index.php"},
		{&Upstream{Root: root, Fallback: "/index.php"}, "/app/2024/05/", "/app/index.php|/2024/05/|ROOT/index.php|ROOT/2024/05/"},
		{&Upstream{Root: root, Fallback: "/index.php"}, "/app/none.php", "/app/index.php|/none.php|ROOT/index.php|ROOT/none.php"},
		{&Upstream{Root: root, Fallback: "/index.php"}, "/app/.env", "404"},
	} {
		c.u.Address = "a:1"
		if err := c.u.Open(); err != nil {
			t.Fatal(err)
		}
		about := About{Request: &http1.Request{Path: c.path}}
		slash, err := c.u.find("/app", &about)
		got := strings.TrimSuffix(about.Name+"|"+about.Info+"|"+about.File+"|"+about.Translated, "|")
		if about.File == "" && about.Translated == "" {
			got = about.Name + "|" + about.Info + "|"
		}
		if f, ok := errors.AsType[*http1.Failure](err); ok {
			got = fmt.Sprint(f.Status)
		}
		if slash {
			got = "slash"
		}
		if dir := cmp.Or(c.u.Documents, c.u.Root); err == nil && about.Root != dir {
			t.Errorf("%s in %q: the documents are in %q", c.path, c.u.Root, about.Root)
		}
		if want := strings.ReplaceAll(c.want, "ROOT", root); got != want {
			t.Errorf("%s in %q: %s, want %s", c.path, c.u.Root, got, want)
		}
	}
}

// pipe makes a connection for a pool.
func pipe(t *testing.T) *conn {
	here, there := net.Pipe()
	t.Cleanup(func() { here.Close(); there.Close() })
	return &conn{Conn: here, in: make([]byte, 10)}
}

// gone reports whether a connection was closed.
func gone(c *conn) bool {
	_ = c.SetWriteDeadline(time.Now())
	_, err := c.Write([]byte("x"))
	return errors.Is(err, net.ErrClosed) || strings.Contains(err.Error(), "closed pipe")
}

func TestPool_Idle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &pool{most: 2, time: 10 * time.Second}
		a, b, c := pipe(t), pipe(t), pipe(t)
		p.put(a)
		time.Sleep(6 * time.Second)
		p.put(b)
		if p.put(c); !gone(c) {
			t.Error("more are kept than may be")
		}
		if p.take(true) != b {
			t.Error("it is not the one that was used last")
		}
		p.put(b)
		time.Sleep(5 * time.Second)
		if synctest.Wait(); !gone(a) || gone(b) {
			t.Error("what was kept for long is not the one that is closed")
		}
		time.Sleep(6 * time.Second)
		if synctest.Wait(); !gone(b) || p.take(true) != nil {
			t.Error("it is kept for ever")
		}
		d := pipe(t)
		if p.put(d); p.take(true) != d {
			t.Error("nothing is kept any more")
		}
		p.put(d)
		p.close()
		if p.put(b); !gone(d) || p.take(true) != nil {
			t.Error("something is kept by a pool that is closed")
		}
	})
}

// A request that can not be sent again has a connection that the other end will not
// close at once; and a new one takes the place of one that is kept.
func TestPool_Settled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &pool{most: 9, time: time.Hour}
		defer p.close()
		old, young := pipe(t), pipe(t)
		p.put(old)
		time.Sleep(settled)
		p.put(young)
		if p.take(false) != old || p.take(false) != nil {
			t.Error("it is one that is not settled")
		}
		if p.made(pipe(t)); !gone(young) || p.take(true) != nil {
			t.Error("the kept one is still there")
		}
	})
}

// None is kept while another one waits for long for its first answer.
func TestPool_Fresh(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &pool{most: 9, time: time.Hour}
		defer p.close()
		waits, answered, early, late, last := pipe(t), pipe(t), pipe(t), pipe(t), pipe(t)
		p.made(waits)
		p.made(answered)
		p.answered(answered)
		if p.put(early); gone(early) {
			t.Error("it is not kept, though the other one waits since now")
		}
		time.Sleep(long)
		synctest.Wait()
		if !gone(early) {
			t.Error("it is still kept, and the other one has waited for long")
		}
		if p.put(late); !gone(late) {
			t.Error("it is kept while another one waits")
		}
		p.answered(waits)
		if p.put(last); gone(last) {
			t.Error("it is given up, and none waits")
		}
		time.Sleep(2 * long)
		if gone(last) {
			t.Error("it is given up later")
		}
	})
}

func TestLines(t *testing.T) {
	text := "one\ntwo\x1b[1m\r\n\n" + strings.Repeat("x", 4<<10+10) + "\nlast"
	want := []string{"one", "two\uFFFD[1m", "", strings.Repeat("x", 4<<10), strings.Repeat("x", 10), "last"}
	for size := 1; size <= len(text); size += 1 + size/3 {
		var l Lines
		var got []string
		tell := func(line string) { got = append(got, line) }
		for at := 0; at < len(text); at += size {
			l.Write([]byte(text[at:min(at+size, len(text))]), tell)
		}
		if l.End(tell); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("in pieces of %d: %.200q", size, got)
		}
	}
}

// As many connections are kept as there may be requests at once, unless told otherwise:
// with fewer, the ones of busy times would be made anew all the time.
func TestUpstream_Keep(t *testing.T) {
	for _, c := range []struct {
		name string
		u    *Upstream
		want int
	}{
		{"by default", &Upstream{}, 32},
		{"as the gate says", &Upstream{Gate: &Gate{Most: 50}}, 50},
		{"fewer", &Upstream{Gate: &Gate{Most: 50}, Keep: 4}, 4},
		{"none", &Upstream{Keep: -1}, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.u.Address = "127.0.0.1:9000"
			if err := c.u.Open(); err != nil {
				t.Fatal(err)
			}
			defer c.u.Close()
			if c.u.pool.most != c.want {
				t.Errorf("%d connections are kept, want %d", c.u.pool.most, c.want)
			}
		})
	}
}
