package auth_test

import (
	"github.com/kamaelia-go/kamaelia/components/auth"
)

func Example() {
	users := &auth.Users{File: "/etc/kamaelia/users"} // htpasswd -cB /etc/kamaelia/users alice
	err := users.Open()
	areas, err := auth.NewAreas([]auth.Area{
		{Paths: []string{"/admin"}, Users: users, Only: []string{"alice"}, Realm: "administration"},
		{Paths: []string{"/admin/logo.png"}, Public: true},
	})
	_, _ = areas, err
}
