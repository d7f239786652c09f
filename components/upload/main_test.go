package upload

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/kamaelia-go/kamaelia/axon/axontest"
	"github.com/kamaelia-go/kamaelia/components/files"
	"github.com/kamaelia-go/kamaelia/components/http1"
)

func TestMain(m *testing.M) { axontest.Main(m) }

// open opens a Dir with some files in a fresh directory. A name that ends in a
// slash is a directory; the content "-> to" makes a link.
func open(t testing.TB, d *Dir, content map[string]string) *Dir {
	t.Helper()
	if d.Tree == nil {
		d.Tree = &files.Tree{}
	}
	d.Tree.Dir = filepath.Join(t.TempDir(), "root")
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	check(os.Mkdir(d.Tree.Dir, 0o755))
	for name, text := range content {
		path := filepath.Join(d.Tree.Dir, name)
		check(os.MkdirAll(filepath.Dir(path), 0o755))
		if to, link := strings.CutPrefix(text, "-> "); link {
			check(os.Symlink(to, path))
		} else if strings.HasSuffix(name, "/") {
			check(os.MkdirAll(path, 0o755))
		} else {
			check(os.WriteFile(path, []byte(text), 0o644))
		}
	}
	check(d.Tree.Open())
	check(d.Open())
	t.Cleanup(func() { _, _ = d.Close(), d.Tree.Close() })
	return d
}

// holds tells what is in a Dir now, in lines.
func (d *Dir) holds(t testing.TB) string {
	t.Helper()
	var lines []string
	err := filepath.WalkDir(d.Tree.Dir, func(path string, e os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, _ := filepath.Rel(d.Tree.Dir, path)
		switch {
		case e.Type()&os.ModeSymlink != 0:
			to, _ := os.Readlink(path)
			lines = append(lines, name+" -> "+to)
		case !e.IsDir():
			b, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			lines = append(lines, fmt.Sprintf("%s: %s", name, b))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// put makes a request with a body that is there as a whole.
func put(path, body string, fields ...string) *http1.Request {
	return request("PUT", path, body, fields...)
}

func request(method, path, body string, fields ...string) *http1.Request {
	req := &http1.Request{Method: method, Path: path, Major: 1, Minor: 1, ContentLength: int64(len(body))}
	for _, f := range fields {
		name, value, _ := strings.Cut(f, ": ")
		req.Header.Add(name, value)
	}
	if body != "" {
		req.Body = http1.NewBody(0)
		_, _ = req.Body.Write(req.Context(), []byte(body))
		req.Body.CloseWrite(nil)
	}
	return req
}

// does tells what a Writer makes of a request: status, Allow, and whether there
// is an entity tag.
func does(t testing.TB, w *Writer, req *http1.Request) string {
	t.Helper()
	said, _ := asks(t, w, req)
	return said
}

func asks(t testing.TB, w *Writer, req *http1.Request) (said string, header http1.Header) {
	t.Helper()
	h := axontest.Run(t, w)
	axontest.Send(h, &w.Inbox, req)
	h.Finish()
	for _, f := range axontest.Rest(h, &w.Failures) {
		if f.Request != req || f.Cause == nil || f.Stage != axontest.Unit || f.Close {
			t.Errorf("%+v", f)
		}
		said += strings.TrimSpace(fmt.Sprint(f.Status, " ", f.Header.Get("Allow")))
		header = f.Header
	}
	for _, resp := range axontest.Rest(h, &w.Outbox) {
		if err := resp.Validate(); err != nil || resp.Request != req || len(resp.Bytes) > 0 {
			t.Errorf("%+v: %v", resp, err)
		}
		said += strings.TrimSpace(fmt.Sprint(resp.Status, " ", resp.Header.Get("Allow")))
		if resp.Header.Has("ETag") {
			said += " tag"
		}
		header = resp.Header
	}
	return said, header
}
