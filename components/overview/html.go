package overview

import (
	"bytes"
	_ "embed" // for the page
	"fmt"
	"html/template"
	"strings"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
)

//go:embed page.html
var pageText string

var page = template.Must(template.New("page").Funcs(template.FuncMap{
	"svg": func(g *Graph) (template.HTML, error) {
		var b strings.Builder
		err := g.WriteSVG(&b)
		return template.HTML(b.String()), err // names are escaped there
	},
	"thousands": thousands,
	"count":     func(n int) string { return thousands(uint64(n)) },
	"short":     func(d time.Duration) string { return d.Round(time.Millisecond).String() },
	"states":    states,
	"anchor":    func(path string) string { return strings.NewReplacer("/", "-", " ", "-").Replace(path) },
}).Parse(pageText))

// writePage writes the page for people.
func writePage(b *bytes.Buffer, s axon.Snapshot) error {
	o := Of(s)
	age := time.Duration(0)
	for _, g := range s.Graphs {
		age = max(age, g.Age)
	}
	return page.Execute(b, struct {
		Graphs   []*Graph
		Services []string
		Time     string
		Age      time.Duration
	}{o.All(), o.Services, s.Time.Format(time.TimeOnly), age.Round(time.Second)})
}

// thousands writes a number so that it can be read.
func thousands(n uint64) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "\u202f" + s[i:]
	}
	return s
}

// states tells how many are in which state.
func states(p Part) string {
	var all []string
	for _, name := range []string{"active", "asleep", "restarting", "done", "new"} {
		switch n := p.States[name]; {
		case n == 0:
		case n == 1 && len(p.States) == 1:
			all = append(all, name)
		default:
			all = append(all, fmt.Sprintf("%s %s", thousands(uint64(n)), name))
		}
	}
	if p.Blocked > 0 {
		all = append(all, fmt.Sprintf("%d blocked", p.Blocked))
	}
	return strings.Join(all, ", ")
}
