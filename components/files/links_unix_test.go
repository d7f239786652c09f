//go:build unix

package files

import (
	"errors"
	"os"
	"syscall"
	"testing"
)

// linked is a site with links of every kind.
func linked(t *testing.T) string {
	dir := site(t, map[string]string{"real/a.txt": "a", "real/index.html": "i", "x.txt": "x"})
	for name, target := range map[string]string{
		"file": "x.txt", "dir": "real", "real/up": "../x.txt", "twice": "file", "out": "../secret.txt", "gone": "nothing",
	} {
		if err := os.Symlink(target, dir+"/"+name); err != nil {
			t.Fatal(err)
		}
	}
	if err := syscall.Mkfifo(dir+"/fifo", 0o644); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestLinksNone(t *testing.T) {
	dir := linked(t)
	tree := open(t, &Tree{Dir: dir, Links: LinksNone})
	for _, path := range []string{"/x.txt", "/real/a.txt", "/real/"} {
		get(t, tree, path)
	}
	for _, path := range []string{"/file", "/dir", "/dir/", "/dir/a.txt", "/real/up", "/twice", "/out", "/gone"} {
		refuse(t, tree, path, ErrNotFound)
	}
	if got := listed(t, tree, "/"); got != "real/ x.txt" {
		t.Errorf("listed: %s", got)
	}
	if got := listed(t, open(t, &Tree{Dir: dir}), "/"); got != "dir/ file real/ twice x.txt" {
		t.Errorf("listed, links followed: %s", got)
	}
	if _, err := tree.ReadDir("/dir/"); !errors.Is(err, ErrNotFound) {
		t.Errorf("a link to a directory is listed: %v", err)
	}
}

// TestLinksNone_Later: a file that a link takes the place of is not followed
// once it is looked at again, small or large.
func TestLinksNone_Later(t *testing.T) {
	dir := linked(t)
	tree := open(t, &Tree{Dir: dir, Links: LinksNone, Fresh: -1, Small: -1})
	e := get(t, tree, "/real/a.txt")
	if err := os.Rename(dir+"/real", dir+"/moved"); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("moved", dir+"/real"); err != nil {
		t.Fatal(err)
	}
	if f, err := e.Open(); !errors.Is(err, ErrChanged) {
		t.Errorf("Open: %v, %v", f, err)
	}
	refuse(t, tree, "/real/a.txt", ErrNotFound)
}

// TestLinksOwner: links are followed to what belongs to who made them. It gives
// files away, which root alone may do.
func TestLinksOwner(t *testing.T) {
	dir := linked(t)
	tree := open(t, &Tree{Dir: dir, Links: LinksOwner, Fresh: -1})
	paths := []string{"/file", "/dir/", "/dir/a.txt", "/real/up", "/twice", "/x.txt"}
	for _, path := range paths {
		if strongIdentity {
			get(t, tree, path)
		} else if path != "/x.txt" {
			refuse(t, tree, path, ErrNotFound)
		}
	}
	refuse(t, tree, "/out", ErrNotFound)
	if os.Getuid() != 0 || !strongIdentity {
		t.Skip("needs root to give files away, and owners that are known")
	}
	if err := os.Lchown(dir+"/file", 12345, 12345); err != nil {
		t.Fatal(err)
	}
	if err := os.Lchown(dir+"/real", 12345, 12345); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/file", "/dir/", "/dir/a.txt"} {
		refuse(t, tree, path, ErrNotFound)
	}
	for _, path := range []string{"/x.txt", "/real/a.txt", "/real/up", "/twice"} {
		get(t, tree, path)
	}
	if got := listed(t, tree, "/"); got != "real/ twice x.txt" {
		t.Errorf("listed: %s", got)
	}
}

func TestLinkPolicyText(t *testing.T) {
	for _, p := range []LinkPolicy{LinksInside, LinksOwner, LinksNone} {
		text, err := p.MarshalText()
		if err != nil {
			t.Fatal(err)
		}
		var q LinkPolicy
		if err := q.UnmarshalText(text); err != nil || q != p {
			t.Errorf("%s: %v, %v", text, q, err)
		}
	}
	if err := new(LinkPolicy).UnmarshalText([]byte("all")); err == nil {
		t.Error("a policy that is none")
	}
	if err := (&Tree{Links: 7}).Validate(); err == nil || err.Error() != "files: Links: LinkPolicy(7) is not a policy" {
		t.Error(err)
	}
}
