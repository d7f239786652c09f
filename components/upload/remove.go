package upload

import (
	"errors"
	"io/fs"
	"path"
	"syscall"
)

// Remove deletes a file, or a link, for good. check is asked just before whether
// to. The error is a *http1.Failure: 404 if there is no such file, 405 if it is a
// directory.
func (d *Dir) Remove(name string, check func() error) error {
	if err := d.remove(name, check); err != nil {
		return err
	}
	return d.Sync(path.Dir(name))
}

func (d *Dir) remove(name string, check func() error) error {
	if name == "" {
		return directory(name)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	fi, err := d.root.Lstat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENOTDIR), errors.Is(err, syscall.ENAMETOOLONG):
		return refuse(404, "there is no %q", name)
	case err != nil:
		return d.Explain(err)
	case fi.IsDir():
		return directory(name)
	case !fi.Mode().IsRegular() && fi.Mode()&fs.ModeSymlink == 0:
		return refuse(404, "%q is not a file", name)
	case fi.Mode().IsRegular() && fi.Mode().Perm()&0o222 == 0:
		return refuse(403, "%q may not be written", name)
	}
	if err := check(); err != nil {
		return err
	}
	if err := d.root.Remove(name); err != nil {
		return d.Explain(err)
	}
	d.Tree.Changed()
	return nil
}

// Sync makes what was done in a directory last. Some file systems can not do it,
// and say so.
func (d *Dir) Sync(dir string) error {
	f, err := d.root.Open(dir)
	if err != nil {
		return d.Explain(err)
	}
	defer f.Close()
	if err := f.Sync(); err != nil && !errors.Is(err, syscall.EINVAL) && !errors.Is(err, errors.ErrUnsupported) && !errors.Is(err, fs.ErrPermission) {
		return d.Explain(err)
	}
	return nil
}
