"""Contract projects: a folder with sources and a manifest, compiled to a module and its deployer.

`manifest` reads what a project is, `toolchains` finds its compilers, `building` makes the modules
and `verifying` compares them with what is deployed.
"""
