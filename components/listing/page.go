package listing

import (
	"bytes"
	"cmp"
	"encoding/json"
	"html/template"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// A sheet is what the template is filled with.
type sheet struct {
	Title   string
	Crumbs  []crumb
	Summary string
	Columns []column
	Parent  bool // there is a directory above
	Rows    []row
	Total   int // names in the directory
	Shown   int // names that are listed, on all pages
	Page    int
	Pages   int
	Before  string // link to the page before, or ""
	Behind  string
}

// A crumb is one directory on the way down to this one.
type crumb struct {
	Name, Link string
	Here       bool
}

// A column is the head of one, which sorts by it.
type column struct {
	Name, Unit, Class, Link, Sorted string // Sorted is as aria-sort says it, or ""
}

// A row is a file or a directory.
type row struct {
	Name, Link, Kind, Size, Exact, Time, Datetime, Hint string
}

// html writes a page with so many entries.
func (v *view) html(most int) ([]byte, error) {
	s := sheet{Title: shown(v.host + v.path), Crumbs: v.crumbs(), Columns: v.columns(), Total: v.total, Shown: len(v.entries)}
	s.Parent = len(s.Crumbs) > 1
	s.Summary = v.summary()
	s.Pages = max((len(v.entries)+most-1)/most, 1)
	s.Page = min(v.page, s.Pages)
	if s.Page > 1 {
		s.Before = v.link(v.sort, v.desc, s.Page-1)
	}
	if s.Page < s.Pages {
		s.Behind = v.link(v.sort, v.desc, s.Page+1)
	}
	entries := v.entries[(s.Page-1)*most : min(s.Page*most, len(v.entries))]
	s.Rows = make([]row, len(entries))
	for i := range entries {
		s.Rows[i] = rowOf(&entries[i])
	}
	var b bytes.Buffer
	b.Grow(len(style) + 4<<10 + 300*len(entries))
	if err := page.Execute(&b, &s); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

func rowOf(e *entry) row {
	r := row{Name: shown(e.Name), Link: href(e.Name, e.Dir), Kind: e.kind()}
	if !e.Dir {
		r.Size, r.Exact = sizeText(e.Size), strconv.FormatInt(e.Size, 10)
		r.Hint = grouped(int(e.Size)) + " bytes"
	}
	r.Time, r.Datetime = timeText(e.ModTime)
	return r
}

// crumbs are the directories from the top of the Tree to this one. Their links
// are relative, so that they hold behind a server that changes paths too.
func (v *view) crumbs() []crumb {
	top := v.prefix[strings.LastIndexByte(v.prefix, '/')+1:]
	if top == "" {
		top = cmp.Or(v.host, "Top")
	}
	names := append([]string{top}, strings.FieldsFunc(v.path[len(v.prefix):], func(r rune) bool { return r == '/' })...)
	all := make([]crumb, len(names))
	for i, name := range names {
		up := len(names) - 1 - i
		all[i] = crumb{Name: shown(name), Link: strings.Repeat("../", up), Here: up == 0}
	}
	return all
}

// columns are the heads, each with a link that sorts by it, or turns the order
// round. What is large or new comes first at the first click.
func (v *view) columns() []column {
	heads := []column{{Name: "Name", Class: "name"}, {Name: "Size", Class: "size"}, {Name: "Modified", Unit: "UTC", Class: "time"}}
	for i := range heads {
		c := &heads[i]
		c.Link = v.link(c.Class, c.Class != "name", 1)
		if c.Class == v.sort {
			c.Link = v.link(c.Class, !v.desc, 1)
			if c.Sorted = "ascending"; v.desc {
				c.Sorted = "descending"
			}
		}
	}
	return heads
}

// link is the reference to this directory, sorted in a way.
func (v *view) link(sort string, desc bool, page int) string {
	q := url.Values{}
	if sort != "name" {
		q.Set("sort", sort)
	}
	if desc {
		q.Set("order", "desc")
	}
	if page > 1 {
		q.Set("page", strconv.Itoa(page))
	}
	return "./" + strings.TrimSuffix("?"+q.Encode(), "?")
}

// summary says in words what is there.
func (v *view) summary() string {
	dirs, size := 0, int64(0)
	for i := range v.entries {
		if v.entries[i].Dir {
			dirs++
		}
		size += v.entries[i].Size
	}
	var parts []string
	if dirs > 0 {
		parts = append(parts, counted(dirs, "folder"))
	}
	if n := len(v.entries) - dirs; n > 0 {
		parts = append(parts, counted(n, "file"), sizeText(size))
	}
	return strings.Join(parts, " · ")
}

func counted(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return grouped(n) + " " + what
}

// grouped writes a number with commas.
func grouped(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// json writes all entries. A name that is not UTF-8 can not be written as it is;
// its href can.
func (v *view) json() ([]byte, error) {
	type item struct {
		Name     string `json:"name"`
		Href     string `json:"href"`
		Type     string `json:"type"`
		Size     *int64 `json:"size,omitempty"`
		Modified string `json:"modified,omitempty"`
	}
	doc := struct {
		Path    string `json:"path"`
		Total   int    `json:"total"`
		Entries []item `json:"entries"`
	}{v.path, v.total, make([]item, len(v.entries))}
	for i := range v.entries {
		e := &v.entries[i]
		it := item{Name: e.Name, Href: href(e.Name, e.Dir), Type: "directory"}
		if !e.Dir {
			it.Type, it.Size = "file", &e.Size
		}
		if !e.ModTime.IsZero() {
			it.Modified = e.ModTime.UTC().Format(time.RFC3339)
		}
		doc.Entries[i] = it
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(doc)
	return b.Bytes(), err
}

var page = template.Must(template.New("listing").Funcs(template.FuncMap{"grouped": grouped}).Parse(layout))
