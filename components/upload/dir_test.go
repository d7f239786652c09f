package upload

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kamaelia-go/kamaelia/axon/axontest"
	"github.com/kamaelia-go/kamaelia/components/files"
	"github.com/kamaelia-go/kamaelia/components/http1"
)

// A shutdown ends an upload at once, and leaves nothing of it.
func TestWriter_Shutdown(t *testing.T) {
	d := open(t, &Dir{}, map[string]string{"a": "old"})
	synctest.Test(t, func(t *testing.T) {
		w := &Writer{Dir: d}
		h := axontest.Run(t, w)
		req := put("/a", "")
		req.Body, req.ContentLength = http1.NewBody(0), -1
		axontest.Send(h, &w.Inbox, req)
		synctest.Wait()
		h.Shutdown()
		_ = h.Wait()
	})
	if got := d.holds(t); got != "a: old" {
		t.Errorf("the directory holds\n%s", got)
	}
}

// write puts a file without a Writer.
func (d *Dir) write(name, text string, check func() error) (created bool, err error) {
	f, err := d.Create(name, int64(len(text)))
	if err != nil {
		return false, err
	}
	defer f.Abandon()
	if _, err := f.Write([]byte(text)); err != nil {
		return false, err
	}
	created, _, err = f.Commit(check)
	return created, err
}

func always() error { return nil }

// Of many who want to create a file, one does. Of many who replace the version
// they know, none overwrites what they do not know.
func TestDir_Races(t *testing.T) {
	d := open(t, &Dir{Tree: &files.Tree{Fresh: time.Hour}}, nil)
	both := func(field string) (won int32) {
		var wins atomic.Int32
		var wg sync.WaitGroup
		req := request("PUT", "/a", "", field)
		for i := range 8 {
			wg.Go(func() {
				_, err := d.write("a", fmt.Sprint(field, i), func() error { return d.Precondition(req, "/a", "a") })
				if err == nil {
					wins.Add(1)
				} else if f, ok := errors.AsType[*http1.Failure](err); !ok || f.Status != 412 {
					t.Errorf("%v", err)
				}
			})
		}
		wg.Wait()
		return wins.Load()
	}
	if n := both("If-None-Match: *"); n != 1 {
		t.Errorf("%d have created it", n)
	}
	for range 5 {
		e, err := d.Tree.Get("/a")
		if err != nil {
			t.Fatal(err)
		}
		if n := both("If-Match: " + e.ETag); n != 1 {
			t.Errorf("%d have replaced %s", n, e.ETag)
		}
	}
}

// Who reads while files are replaced and deleted finds whole ones alone.
func TestDir_ReadersFindWholeFiles(t *testing.T) {
	d := open(t, &Dir{}, nil)
	done := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		defer close(done)
		for i := range 100 {
			text := strings.Repeat(fmt.Sprint(i%10), 1+i*997)
			if _, err := d.write("a", text, always); err != nil {
				t.Error(err)
			}
			if i%7 == 6 {
				if err := d.Remove("a", always); err != nil {
					t.Error(err)
				}
			}
		}
	})
	for range 2 {
		wg.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				e, err := d.Tree.Get("/a")
				if errors.Is(err, files.ErrNotFound) {
					continue
				}
				if err != nil {
					t.Error(err)
				} else if c := e.Content; e.Content != nil && strings.Trim(string(c), string(c[:1])) != "" {
					t.Errorf("a mixture of %d bytes", len(c))
				}
			}
		})
	}
	wg.Wait()
}

// The permissions of a file outlive its content.
func TestDir_KeepsPermissions(t *testing.T) {
	d := open(t, &Dir{}, map[string]string{"a": "old"})
	path := filepath.Join(d.Tree.Dir, "a")
	if err := os.Chmod(path, 0o640); err != nil {
		t.Fatal(err)
	}
	if _, err := d.write("a", "new", always); err != nil {
		t.Fatal(err)
	}
	if fi, err := os.Stat(path); err != nil || fi.Mode().Perm() != 0o640 {
		t.Errorf("%v, %v", fi.Mode(), err)
	}
}

// What a crash has left goes with the next upload, and nothing else does.
func TestDir_Sweep(t *testing.T) {
	d := open(t, &Dir{}, map[string]string{
		"dir/.kamaelia-upload-old": "half", "dir/.kamaelia-upload-young": "half", "dir/old": "whole", ".kamaelia-upload-elsewhere": "half",
	})
	long := time.Now().Add(-2 * old)
	for _, name := range []string{"dir/.kamaelia-upload-old", "dir/old", ".kamaelia-upload-elsewhere"} {
		if err := os.Chtimes(filepath.Join(d.Tree.Dir, name), long, long); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := d.write("dir/new", "text", always); err != nil {
		t.Fatal(err)
	}
	want := ".kamaelia-upload-elsewhere: half\ndir/.kamaelia-upload-young: half\ndir/new: text\ndir/old: whole"
	if got := d.holds(t); got != want {
		t.Errorf("the directory holds\n%s\nwant\n%s", got, want)
	}
	d.sweep("dir", time.Now().Add(old-time.Minute))
	if got := d.holds(t); got != want {
		t.Errorf("within a day it has looked again: the directory holds\n%s", got)
	}
	d.sweep("dir", time.Now().Add(old+time.Minute))
	if got := d.holds(t); got != strings.Replace(want, "dir/.kamaelia-upload-young: half\n", "", 1) {
		t.Errorf("a day later the directory holds\n%s", got)
	}
	for i := range 5000 {
		d.sweep(fmt.Sprint("none", i), time.Now())
		d.swept[fmt.Sprint(i)] = time.Now()
	}
	d.sweep(".", time.Now())
	if len(d.swept) > 4097 {
		t.Errorf("%d directories are remembered", len(d.swept))
	}
}

func TestDir_Explain(t *testing.T) {
	d := open(t, &Dir{}, nil)
	_, out := d.root.Lstat("../a")
	for _, c := range []struct {
		err  error
		want int
	}{
		{&fs.PathError{Op: "write", Path: "a", Err: syscall.ENOSPC}, 507},
		{fmt.Errorf("wrapped: %w", syscall.EDQUOT), 507},
		{syscall.EFBIG, 413},
		{syscall.ENAMETOOLONG, 414},
		{syscall.EROFS, 403},
		{syscall.EACCES, 403},
		{out, 403},
		{syscall.ENOENT, 409},
		{syscall.ENOTDIR, 409},
		{syscall.EMFILE, 503},
		{syscall.EINVAL, 400},
		{syscall.EIO, 500},
		{&http1.Failure{Status: 418}, 418},
	} {
		if f := d.Explain(c.err); f.Status != c.want || f.Error() == "" {
			t.Errorf("%v: %d, want %d", c.err, f.Status, c.want)
		}
	}
}

// Whatever the path is, it is refused, or names a file in the directory; and
// what is written by it lies there.
func FuzzName(f *testing.F) {
	for _, path := range []string{"/", "/a", "/../a", "/dir/../../a", "//a", "/link/a", "/a\\b", "/C:x", "/%2e", "/a/", "/.a", "/..a", "/a\x00", "/link", "/inside"} {
		f.Add(path)
	}
	d := open(f, &Dir{}, map[string]string{"dir/": "", "link": "-> ..", "inside": "-> dir"})
	parent := filepath.Dir(d.Tree.Dir)
	f.Fuzz(func(t *testing.T, path string) {
		name, err := d.Name(path)
		if err != nil {
			if f, ok := errors.AsType[*http1.Failure](err); !ok || f.Status != 400 && f.Status != 403 {
				t.Errorf("%q: %v", path, err)
			}
			return
		}
		if name != "" && !filepath.IsLocal(name) {
			t.Fatalf("%q becomes %q", path, name)
		}
		if name == "link" || name == "inside" {
			return // a file may take its place
		}
		_, err = d.write(name, "text", always)
		if err == nil {
			if b, err := d.root.ReadFile(name); string(b) != "text" || err != nil {
				t.Errorf("%q: %q, %v", path, b, err)
			}
			if err := d.Remove(name, always); err != nil {
				t.Error(err)
			}
		} else if f, ok := errors.AsType[*http1.Failure](err); !ok || f.Status >= 500 {
			t.Errorf("%q: %v", path, err)
		}
		names, err := os.ReadDir(parent)
		if len(names) != 1 || err != nil {
			t.Errorf("%q: outside are %v, %v", path, names, err)
		}
		if got := d.holds(t); got != "inside -> dir\nlink -> .." {
			t.Errorf("%q: the directory holds\n%s", path, got)
		}
	})
}
