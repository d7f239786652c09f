package webdav

import (
	"crypto/sha256"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"syscall"

	"github.com/kamaelia-go/kamaelia/components/files"
	"github.com/kamaelia-go/kamaelia/components/upload"
)

// Dead properties are those that clients make up (RFC 4918 section 4). They are
// kept in side files, in a directory of the server's own in each collection that
// has any:
//
//	.kamaelia-props/self      of the collection itself
//	.kamaelia-props/f-NAME    of a file in it
//
// So they go with a collection that is moved or deleted, whoever does it, and a
// copy of the disk has them. Each is replaced as a whole.
const sideDir = files.OwnPrefix + "props"

// A property is a dead property.
type property struct {
	Space string `json:"space,omitempty"` // the namespace of its name
	Local string `json:"name"`
	Lang  string `json:"lang,omitempty"`
	Inner string `json:"xml,omitempty"` // its value
}

// name is the property's name.
func (p *property) name() xml.Name { return xml.Name{Space: p.Space, Local: p.Local} }

// append writes the property as an element.
func (p *property) append(b []byte) []byte {
	b = append(append(b, '<'), p.Local...)
	b = append(appendText(append(b, ` xmlns="`...), p.Space), '"')
	if p.Lang != "" {
		b = append(appendText(append(b, ` xml:lang="`...), p.Lang), '"')
	}
	if p.Inner == "" {
		return append(b, "/>"...)
	}
	b = append(append(append(b, '>'), p.Inner...), "</"...)
	return append(append(b, p.Local...), '>')
}

// appendName writes a name as an empty element.
func appendName(b []byte, name xml.Name) []byte {
	return (&property{Space: name.Space, Local: name.Local}).append(b)
}

// sideFile is the name of the file with the properties of a resource.
func sideFile(name string, dir bool) string {
	if dir {
		return path.Join(name, sideDir, "self")
	}
	base := path.Base(name)
	if len(base) > 200 { // with the prefix it might be too long for the file system
		base = fmt.Sprintf("%x", sha256.Sum256([]byte(base)))
	}
	return path.Join(path.Dir(name), sideDir, "f-"+base)
}

// absent reports whether an error means that there is no such file.
func absent(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR)
}

// properties returns the dead properties of a resource.
func (s *Share) properties(name string, dir bool) ([]property, error) {
	b, err := s.Dir.Root().ReadFile(sideFile(name, dir))
	if absent(err) {
		return nil, nil
	}
	var props []property
	if err == nil {
		err = json.Unmarshal(b, &props)
	}
	if err != nil {
		return nil, fmt.Errorf("webdav: properties of %q: %w", name, err)
	}
	return props, nil
}

// keep replaces the dead properties of a resource.
func (s *Share) keep(name string, dir bool, props []property) error {
	if len(props) == 0 {
		s.forgetProperties(name, dir)
		return nil
	}
	b, err := json.Marshal(props)
	if err != nil {
		return err
	}
	if int64(len(b)) > s.mostXML() {
		return refuse(507, "%d bytes of properties", len(b))
	}
	file := sideFile(name, dir)
	if err := s.Dir.Root().Mkdir(path.Dir(file), 0o777); err != nil && !errors.Is(err, fs.ErrExist) {
		return s.Dir.Explain(err)
	}
	return s.replace(file, b)
}

// replace gives a side file new content.
func (s *Share) replace(file string, b []byte) error {
	root, temp := s.Dir.Root(), upload.Hide(path.Dir(file))
	f, err := root.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return s.Dir.Explain(err)
	}
	_, err = f.Write(b)
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = root.Rename(temp, file)
	}
	if err != nil {
		_ = root.Remove(temp)
		return s.Dir.Explain(err)
	}
	return nil
}

// forgetProperties removes the dead properties of a resource, and the directory
// for them if it was the last.
func (s *Share) forgetProperties(name string, dir bool) {
	file := sideFile(name, dir)
	if s.Dir.Root().Remove(file) == nil {
		_ = s.Dir.Root().Remove(path.Dir(file)) // fails while it holds others
	}
}

// carry gives a file the dead properties of another, and no others.
func (s *Share) carry(from, to string) error {
	props, err := s.properties(from, false)
	if err != nil {
		return err
	}
	return s.keep(to, false, props)
}

// A patch is one step of a PROPPATCH.
type patch struct {
	remove bool
	property
}

// patched returns properties after the steps of a PROPPATCH.
func patched(props []property, steps []patch) []property {
	props = slices.Clone(props)
	for _, p := range steps {
		i := slices.IndexFunc(props, func(x property) bool { return x.name() == p.name() })
		switch {
		case p.remove && i >= 0:
			props = slices.Delete(props, i, i+1)
		case p.remove:
		case i >= 0:
			props[i] = p.property
		default:
			props = append(props, p.property)
		}
	}
	return props
}
