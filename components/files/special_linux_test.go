package files

import (
	"errors"
	"os"
	"runtime"
	"syscall"
	"testing"
)

// asNobody runs f with the file rights of a user who owns nothing. On Linux
// these belong to a thread, so that tests which run as root can do it too.
func asNobody(t *testing.T, f func()) {
	t.Helper()
	if os.Geteuid() == 0 {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		if err := syscall.Setfsuid(65534); err != nil {
			t.Skip(err)
		}
		defer syscall.Setfsuid(0)
	}
	f()
}

func TestForbidden(t *testing.T) {
	dir := site(t, map[string]string{
		"file": "x", "large": "0123456789", "d/file": "x", "i/index.html": "x", "j/index.html": "x", "j/index.htm": "y",
	})
	tree := open(t, &Tree{Dir: dir, Fresh: -1, Small: 5, Index: []string{"index.html", "index.htm"}})
	large := get(t, tree, "/large")
	file := get(t, tree, "/file")
	for _, name := range []string{"/file", "/large", "/d", "/i/index.html", "/j/index.html"} {
		if err := os.Chmod(dir+name, 0); err != nil {
			t.Fatal(err)
		}
	}
	asNobody(t, func() {
		// An index that can't be read is not passed over for the next: that
		// would show another page than was meant.
		for _, path := range []string{"/file", "/large", "/d/file", "/d/", "/i/", "/j/"} {
			refuse(t, tree, path, ErrForbidden)
		}
		for _, e := range []*Entry{large, file} {
			if _, err := e.Open(); !errors.Is(err, ErrChanged) {
				t.Errorf("Open: %v, want ErrChanged", err)
			}
		}
	})
}

// TestFileShorterThanItSays: the kernel's own files say 4096 and hold less.
// They never look the same before and after a read.
func TestFileShorterThanItSays(t *testing.T) {
	const name = "uevent_seqnum"
	want, err := os.ReadFile("/sys/kernel/" + name)
	if err != nil {
		t.Skip(err)
	}
	tree := open(t, &Tree{Dir: "/sys/kernel"})
	e := get(t, tree, "/"+name)
	if e.Size != int64(len(want)) || len(e.Content) != len(want) {
		t.Errorf("Size %d with %d bytes of content, want %d", e.Size, len(e.Content), len(want))
	}
	if e.settled || e.ETag[:2] != "W/" {
		t.Errorf("tag %s is strong", e.ETag)
	}
}
