package files

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"syscall"
	"testing"
)

func TestExplain(t *testing.T) {
	escape := errors.New("leads out")
	wrap := func(err error) error { return &fs.PathError{Op: "openat", Path: "x", Err: err} }
	for name, c := range map[string]struct {
		cause  error
		status int
	}{
		"no such file":         {syscall.ENOENT, 404},
		"through a file":       {syscall.ENOTDIR, 404},
		"name too long":        {syscall.ENAMETOOLONG, 404},
		"loop":                 {syscall.ELOOP, 404},
		"name can't be stored": {syscall.EINVAL, 404},
		"name is not UTF-8":    {syscall.EILSEQ, 404},
		"socket":               {syscall.ENXIO, 404},
		"leads out":            {escape, 404},
		"no right":             {syscall.EACCES, 403},
		"not permitted":        {syscall.EPERM, 403},
		"process out of files": {syscall.EMFILE, 503},
		"system out of files":  {syscall.ENFILE, 503},
		"out of memory":        {syscall.ENOMEM, 503},
		"lease":                {syscall.EAGAIN, 503},
		"disk fault":           {syscall.EIO, 500},
		"closed":               {os.ErrClosed, 500},
	} {
		t.Run(name, func(t *testing.T) {
			err := explain("/x", wrap(c.cause), escape)
			if got := Status(err); got != c.status {
				t.Errorf("status %d, want %d", got, c.status)
			}
			if !errors.Is(err, c.cause) {
				t.Errorf("%v does not wrap its cause", err)
			}
			if text := err.Error(); !strings.HasPrefix(text, "files: ") || strings.Count(text, "files: ") != 1 ||
				!strings.Contains(text, `"/x"`) {
				t.Errorf("message %q", text)
			}
		})
	}
}

func TestStatus(t *testing.T) {
	for _, c := range []struct {
		err  error
		want int
	}{
		{nil, 200},
		{&Redirect{Location: "/a/"}, 301},
		{fmt.Errorf("reader: %w", &Redirect{Location: "/a/"}), 301},
		{ErrNotFound, 404},
		{ErrForbidden, 403},
		{ErrBusy, 503},
		{ErrChanged, 503},
		{errNotOpen, 500},
		{errors.New("other"), 500},
	} {
		if got := Status(c.err); got != c.want {
			t.Errorf("Status(%v) = %d, want %d", c.err, got, c.want)
		}
	}
}

func TestErrorText(t *testing.T) {
	tree := open(t, &Tree{Dir: site(t, map[string]string{"a/x": ""})})
	for path, want := range map[string]string{
		"/nothing":  `files: not found: "/nothing": statat nothing: no such file or directory`,
		"/.git":     `files: not found: "/.git": name is hidden`,
		"/a/../a":   `files: not found: "/a/../a": not the name of a file`,
		"/a\x00\n":  `files: not found: "/a\x00\n": not the name of a file`,
		"/a/":       `files: not found: "/a/": no index file`,
		"/a":        `files: directory moved to /a/`,
		"/a/x/":     `files: not found: "/a/x/": not a directory`,
		"/a/x/y.js": `files: not found: "/a/x/y.js": statat a/x/y.js: not a directory`,
	} {
		if _, err := tree.Get(path); err == nil || err.Error() != want {
			t.Errorf("%q:\n got %v\nwant %s", path, err, want)
		}
	}
}

func TestNotOpen(t *testing.T) {
	tree := &Tree{Dir: site(t, map[string]string{"x": "x"})}
	if err := tree.Close(); err != nil {
		t.Errorf("Close before Open: %v", err)
	}
	refuse(t, tree, "/x", errNotOpen)
	open(t, tree)
	e := get(t, tree, "/x")
	for range 2 {
		if err := tree.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	}
	refuse(t, tree, "/x", os.ErrClosed)
	if _, err := e.Open(); !errors.Is(err, os.ErrClosed) {
		t.Errorf("Entry.Open after Close: %v", err)
	}
	open(t, tree)
	get(t, tree, "/x")

	if err := (&Tree{Dir: tree.Dir + "/nothing"}).Open(); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Open of no directory: %v", err)
	}
	if err := (&Tree{Dir: tree.Dir + "/x"}).Open(); err == nil {
		t.Error("Open of a file succeeds")
	}
}
