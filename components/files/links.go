package files

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
)

// A LinkPolicy says which symbolic links are followed.
type LinkPolicy int

const (
	// LinksInside follows those that are relative and stay inside the directory.
	LinksInside LinkPolicy = iota

	// LinksOwner follows of these only those that belong to the user to whom
	// what they lead to belongs: in a directory in which several people write,
	// nobody can publish the file of another. Where owners are not known
	// (systems other than Linux) it follows none.
	LinksOwner

	// LinksNone follows none.
	LinksNone
)

var linkPolicies = []string{"inside", "owner", "none"}

// String returns "inside", "owner" or "none".
func (p LinkPolicy) String() string {
	if p < 0 || int(p) >= len(linkPolicies) {
		return fmt.Sprintf("LinkPolicy(%d)", int(p))
	}
	return linkPolicies[p]
}

// MarshalText implements encoding.TextMarshaler.
func (p LinkPolicy) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (p *LinkPolicy) UnmarshalText(text []byte) error {
	for i, name := range linkPolicies {
		if string(text) == name {
			*p = LinkPolicy(i)
			return nil
		}
	}
	return fmt.Errorf("files: %q is not a policy for links, which is one of %s", text, strings.Join(linkPolicies, ", "))
}

var (
	errLink  = errors.New("symbolic links are not followed")
	errOwner = errors.New("a symbolic link to another owner's file is not followed")
)

// followed returns nil if the policy allows all links on the way to name. What a
// name is may change between this and its use; a link that is put there just
// then may be followed once, but never out of the directory.
func (t *Tree) followed(path, name string) error {
	if t.Links == LinksInside {
		return nil
	}
	for end := 0; end < len(name); end++ {
		if i := strings.IndexByte(name[end:], '/'); i >= 0 {
			end += i
		} else {
			end = len(name)
		}
		fi, err := t.store.lstat(name[:end])
		switch {
		case err != nil:
			return explain(path, err, t.escape)
		case fi.Mode()&fs.ModeSymlink == 0:
			continue
		case t.Links == LinksNone:
			return notFound(path, errLink)
		}
		to, err := t.store.stat(name[:end])
		if err != nil {
			return explain(path, err, t.escape)
		}
		if !sameOwner(fi, to) {
			return notFound(path, errOwner)
		}
	}
	return nil
}

// stat tells which file name leads to, by links that are followed.
func (t *Tree) stat(path, name string) (fs.FileInfo, error) {
	if err := t.followed(path, name); err != nil {
		return nil, err
	}
	fi, err := t.store.stat(name)
	if err != nil {
		return nil, explain(path, err, t.escape)
	}
	return fi, nil
}
