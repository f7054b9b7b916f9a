import '../style/base.css';
import '../style/wall.css';
import { mount } from 'svelte';
import { sessionOf } from '../lib/place';
import Missing from '../session/Missing.svelte';
import App from './App.svelte';

const target = document.getElementById('app')!;
const id = sessionOf(location.pathname);
if (id === null) mount(Missing, { target });
else mount(App, { target, props: { id } });
