package webdav

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
	"syscall"

	"github.com/kamaelia-go/kamaelia/components/http1"
	"github.com/kamaelia-go/kamaelia/components/upload"
)

// transfer carries out COPY and MOVE (RFC 4918 sections 9.8 and 9.9). What comes
// to the destination is there as a whole, or not at all.
func (c *call) transfer() (*http1.Response, error) {
	fi, err := c.Share.find(c.name)
	if err != nil {
		return nil, err
	}
	to, err := c.destination()
	if err != nil {
		return nil, err
	}
	depth, err := c.depth()
	if err != nil {
		return nil, err
	}
	move := c.req.Method == "MOVE"
	switch {
	case c.name == to || c.name == "" && move || to == "":
		return nil, refuse(403, "%s of %q to %q", c.req.Method, c.name, to)
	case under(to, c.name) || under(c.name, to):
		return nil, refuse(403, "%q and %q are one in the other", c.name, to)
	case depth == depthOne || move && depth != depthInfinity && fi.IsDir():
		return nil, refuse(400, "%s of depth %d", c.req.Method, depth)
	}
	if up, err := c.Share.stat(parent(to)); err != nil || !up.IsDir() {
		return nil, refuse(409, "there is no collection for %q", to)
	}
	if move {
		return c.arrive(c.name, to, fi.IsDir(), true)
	}
	hidden := upload.Hide(path.Dir(to))
	defer c.Share.Dir.Root().RemoveAll(hidden) // if it does not get to its place
	if err := c.copy(c.name, hidden, fi, depth); err != nil {
		return nil, err
	}
	return c.arrive(hidden, to, fi.IsDir(), false)
}

// arrive lets what was moved, or copied to a hidden place, take its name.
func (c *call) arrive(from, to string, dir, move bool) (*http1.Response, error) {
	s, status, hidden := c.Share, 201, ""
	err := s.Dir.Do(func() error {
		writes := []write{{to, true}}
		if move {
			writes = append(writes, write{c.name, true}, entry(c.name))
		}
		replaced := s.exists(to)
		if !replaced {
			writes = append(writes, entry(to))
		}
		if err := c.may(writes...); err != nil {
			return err
		}
		if replaced && strings.EqualFold(c.req.Header.Get("Overwrite"), "F") {
			return refuse(412, "%q is there", to)
		}
		if replaced {
			status = 204
		}
		var err error
		hidden, err = c.swap(from, to, replaced)
		if err != nil {
			return err
		}
		s.locks.forget(to, true)
		if !dir {
			err = s.carry(c.name, to)
		}
		if move {
			s.locks.forget(c.name, false)
			if !dir {
				s.forgetProperties(c.name, false)
			}
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	if hidden != "" {
		_ = s.Dir.Root().RemoveAll(hidden) // what stays of it goes with the next sweep
	}
	if err = errors.Join(s.Dir.Sync(path.Dir(to)), s.Dir.Sync(path.Dir(c.name))); err != nil {
		return nil, s.Dir.Explain(err)
	}
	return c.done(status)
}

// swap gives a name to what is called from. What has it now is put aside, and
// comes back if that fails. The Dir's lock is held.
func (c *call) swap(from, to string, replaced bool) (hidden string, err error) {
	root, d := c.Share.Dir.Root(), c.Share.Dir
	defer d.Tree.Changed()
	if replaced {
		hidden = upload.Hide(path.Dir(to))
		if err := root.Rename(to, hidden); err != nil {
			return "", d.Explain(err)
		}
	}
	if err := root.Rename(from, to); err != nil {
		if replaced {
			_ = root.Rename(hidden, to)
		}
		return "", d.Explain(err)
	}
	if replaced {
		c.Share.forgetProperties(to, false)
	}
	return hidden, nil
}

// copy copies a file, or a collection: with depth 0 without what is in it.
func (c *call) copy(from, to string, fi fs.FileInfo, depth int) error {
	if err := c.ctx.Err(); err != nil {
		return err
	}
	if !fi.IsDir() {
		return c.copyFile(from, to, fi)
	}
	root := c.Share.Dir.Root()
	if err := root.Mkdir(to, 0o777); err != nil {
		return c.Share.Dir.Explain(err)
	}
	f, err := root.Open(orDot(from))
	if err != nil {
		return c.Share.Dir.Explain(err)
	}
	defer f.Close()
	for {
		entries, err := f.ReadDir(256)
		for _, e := range entries {
			if err := c.copyEntry(from, to, e, depth); err != nil {
				return err
			}
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return c.Share.Dir.Explain(err)
		}
	}
}

// copyEntry copies what is in a collection, and its dead properties. Links to
// collections are left out: they could lead round in a ring.
func (c *call) copyEntry(from, to string, e fs.DirEntry, depth int) error {
	src, dst := below(from, e.Name()), path.Join(to, e.Name())
	if e.Name() == sideDir {
		return c.copySide(src, dst, depth)
	}
	if depth == depthZero || !c.Share.shows(from, e.Name()) {
		return nil
	}
	fi, err := c.Share.stat(src)
	if err != nil || fi.IsDir() && !e.IsDir() {
		return nil // gone meanwhile, or no resource
	}
	return c.copy(src, dst, fi, depth)
}

// copySide copies the side files of a collection: with depth 0 its own alone.
func (c *call) copySide(from, to string, depth int) error {
	root := c.Share.Dir.Root()
	if err := root.Mkdir(to, 0o777); err != nil {
		return c.Share.Dir.Explain(err)
	}
	f, err := root.Open(from)
	if err != nil {
		return c.Share.Dir.Explain(err)
	}
	defer f.Close()
	names, err := f.Readdirnames(-1)
	if err != nil {
		return c.Share.Dir.Explain(err)
	}
	for _, name := range names {
		if depth == depthZero && name != "self" {
			continue
		}
		fi, err := root.Lstat(path.Join(from, name))
		if err == nil && fi.Mode().IsRegular() {
			err = c.copyFile(path.Join(from, name), path.Join(to, name), fi)
		}
		if err != nil && !absent(err) {
			return err
		}
	}
	return nil
}

// copyFile copies a file to a name that nothing has.
func (c *call) copyFile(from, to string, fi fs.FileInfo) error {
	d := c.Share.Dir
	if err := d.Room(fi.Size()); err != nil {
		return err
	}
	in, err := d.Root().OpenFile(from, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return d.Explain(err)
	}
	defer in.Close()
	out, err := d.Root().OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, fi.Mode().Perm()|0o200)
	if err != nil {
		return d.Explain(err)
	}
	for err == nil { // in pieces, so that it ends when it is to
		if err = c.ctx.Err(); err == nil {
			_, err = io.CopyN(out, in, 64<<20)
		}
	}
	if err == io.EOF {
		err = out.Sync()
	}
	if err = errors.Join(err, out.Close()); err != nil {
		return d.Explain(err)
	}
	return nil
}
