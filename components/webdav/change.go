package webdav

import (
	"io/fs"
	"path"

	"github.com/kamaelia-go/kamaelia/components/http1"
	"github.com/kamaelia-go/kamaelia/components/upload"
)

// put stores a file (RFC 4918 section 9.7).
func (c *call) put() (*http1.Response, error) {
	fi, err := c.Share.stat(c.name)
	if c.folder() || err == nil && fi.IsDir() {
		return nil, notAllowed(allowCollection, "%q is the path of a collection", c.path)
	}
	return c.Share.Dir.Put(c.ctx, c.req, c.name, func() error { return c.may(c.creates(c.name)...) })
}

// creates is what is written to when a file gets new content: its collection too,
// if it is new.
func (c *call) creates(name string) []write {
	if c.Share.exists(name) {
		return []write{{name: name}}
	}
	return []write{{name: name}, entry(name)}
}

// mkcol makes a collection (RFC 4918 section 9.3).
func (c *call) mkcol() (*http1.Response, error) {
	d := c.Share.Dir
	if c.req.Body != nil {
		return nil, refuse(415, "MKCOL with a body")
	}
	err := d.Do(func() error {
		if c.Share.exists(c.name) {
			return notAllowed(allowFile, "%q is there", c.name)
		}
		if up, err := c.Share.stat(parent(c.name)); err != nil || !up.IsDir() {
			return refuse(409, "there is no collection for %q", c.name)
		}
		if err := c.may(write{name: c.name}, entry(c.name)); err != nil {
			return err
		}
		defer d.Tree.Changed()
		if err := d.Root().Mkdir(c.name, 0o777); err != nil {
			return d.Explain(err)
		}
		return d.Sync(path.Dir(c.name))
	})
	if err != nil {
		return nil, err
	}
	return c.done(201)
}

// delete deletes a file, or a collection with all that is in it (RFC 4918 section
// 9.6). The name is gone first, and at once: nobody sees half a collection.
func (c *call) delete() (*http1.Response, error) {
	s := c.Share
	hidden := ""
	err := s.Dir.Do(func() error {
		fi, err := s.find(c.name)
		if err != nil && !s.exists(c.name) {
			return err
		}
		dir := err == nil && fi.IsDir()
		switch {
		case c.name == "":
			return refuse(403, "the share itself")
		case c.folder() && !dir:
			return refuse(404, "%q is not a collection", c.path)
		}
		if err := c.may(write{c.name, true}, entry(c.name)); err != nil {
			return err
		}
		hidden, err = c.remove(c.name)
		return err
	})
	if err != nil {
		return nil, err
	}
	if err := s.Dir.Root().RemoveAll(hidden); err != nil {
		c.restore(hidden)
		return nil, s.Dir.Explain(err)
	}
	if err := s.Dir.Sync(path.Dir(c.name)); err != nil {
		return nil, err
	}
	return c.done(204)
}

// restore gives what could not be deleted, or not all of it, its name again, so
// that nothing is lost that nobody can see.
func (c *call) restore(hidden string) {
	_ = c.Share.Dir.Do(func() error {
		defer c.Share.Dir.Tree.Changed()
		if c.Share.exists(c.name) {
			return nil
		}
		return c.Share.Dir.Root().Rename(hidden, c.name)
	})
}

// remove takes a resource out of its place, with its dead properties and its
// locks, and returns where it is now. The Dir's lock is held.
func (c *call) remove(name string) (hidden string, err error) {
	s := c.Share
	fi, err := s.Dir.Root().Lstat(name)
	if err == nil && fi.Mode().IsRegular() && fi.Mode().Perm()&0o222 == 0 {
		return "", refuse(403, "%q may not be written", name)
	}
	hidden = upload.Hide(path.Dir(name))
	if err := s.Dir.Root().Rename(name, hidden); err != nil {
		return "", s.Dir.Explain(err)
	}
	s.Dir.Tree.Changed()
	if !isCollection(fi) {
		s.forgetProperties(name, false)
	}
	s.locks.forget(name, false)
	return hidden, nil
}

// isCollection reports whether what is called so is a directory, and not a link
// to one.
func isCollection(fi fs.FileInfo) bool { return fi != nil && fi.IsDir() }
