//go:build unix

package test

import (
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// The tests below change files under a running server.

// TestFileShrinks cuts a file that is being sent. The server has promised a
// length that it can no longer keep, so it must break the connection off: what
// comes must not look whole.
func TestFileShrinks(t *testing.T) {
	t.Parallel()
	root := site(t)
	s := serve(t, root)
	download := startDownload(t, s.addr)
	if err := os.Truncate(filepath.Join(root, "big.bin"), 1000); err != nil {
		t.Fatal(err)
	}
	if n, err := io.Copy(io.Discard, download.Body); err == nil {
		t.Errorf("%d bytes of %d came, and no error", n, download.ContentLength)
	}
	mustAnswer(t, s)
}

// TestFileGrows appends to a file that is being sent. As many bytes come as were
// promised, and the connection goes on.
func TestFileGrows(t *testing.T) {
	t.Parallel()
	root := site(t)
	s := serve(t, root)
	conn, err := dialSmall(s.addr)
	if err != nil {
		t.Fatal(err)
	}
	w := newWire(t, conn)
	w.send("GET /big.bin HTTP/1.1\r\nHost: x\r\n\r\n"+probe, 0)
	if _, err := w.r.Peek(1); err != nil {
		t.Fatal(err)
	}
	file, err := os.OpenFile(filepath.Join(root, "big.bin"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if _, err := file.Write(make([]byte, 1<<20)); err != nil {
		t.Fatal(err)
	}
	if r, err := w.reply("GET"); err != nil || len(r.body) != bigSize {
		t.Fatalf("%v, %v", r, err)
	}
	if r, err := w.reply("GET"); err != nil || string(r.body) != "hello, world\n" {
		t.Errorf("the request after it: %v, %v", r, err)
	}
}

// TestFileChanges changes a file between requests, in ways that a cache could
// miss. What a cache remembers it may use for a moment only; then the answer is
// the new file, with a new tag.
func TestFileChanges(t *testing.T) {
	t.Parallel()
	root := site(t)
	s := serve(t, root)
	name := filepath.Join(root, "hello.txt")
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	replace := func(text string, at time.Time) {
		t.Helper()
		must(os.WriteFile(name+".new", []byte(text), 0o644))
		must(os.Chtimes(name+".new", at, at))
		must(os.Rename(name+".new", name))
	}
	w := dial(t, s.addr)
	answer := func(change string, right func(*reply) bool) (r *reply) {
		t.Helper()
		eventually(t, time.Second, "the answer is that after the change: "+change, func() bool {
			r = w.roundTrip(t, "GET", "/hello.txt")
			return right(r)
		})
		return r
	}
	first := w.roundTrip(t, "GET", "/hello.txt")
	tags := map[string]bool{first.get("ETag")[0]: true}

	for _, change := range []struct {
		name, body string
		do         func()
	}{
		{"longer", "hello again, world\n", func() { replace("hello again, world\n", time.Now()) }},
		{"as long, as old", "HELLO again, world\n", func() {
			info, err := os.Stat(name)
			must(err)
			replace("HELLO again, world\n", info.ModTime())
		}},
		{"written in place", "hello AGAIN, world\n", func() { must(os.WriteFile(name, []byte("hello AGAIN, world\n"), 0o644)) }},
		{"emptied", "", func() { must(os.Truncate(name, 0)) }},
	} {
		w.roundTrip(t, "GET", "/hello.txt") // so that there is something to remember
		change.do()
		r := answer(change.name, func(r *reply) bool { return r.status == 200 && string(r.body) == change.body })
		if tag := r.get("ETag"); len(tag) != 1 || tags[tag[0]] {
			t.Errorf("%s: ETag %q, want a new one", change.name, tag)
		} else {
			tags[tag[0]] = true
		}
	}

	must(os.Remove(name))
	answer("removed", func(r *reply) bool { return r.status == 404 })
	must(os.Mkdir(name, 0o755))
	answer("a directory in its place", func(r *reply) bool { return r.status == 301 })
	must(os.Remove(name))
	replace("back\n", time.Now())
	answer("back again", func(r *reply) bool { return string(r.body) == "back\n" })
}
